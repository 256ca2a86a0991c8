import type { KeyObject } from "node:crypto";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

const USE_COMMON_KEY = "Create a new key: RSA with 2048 bits or more, or EC P-256 or P-384.";

/** 112 bits of security (NIST SP 800-57, part 1): RSA 2048; of the curves, TLS clients know P-256 and larger. */
const MINIMUM_RSA_BITS = 2048;
/** Go clients refuse larger keys (CVE-2023-29409). */
const MAXIMUM_RSA_BITS = 8192;
const SMALL_CURVES = /^(?:secp|prime|sect|c2pnb|wap-wsg)\D*(\d+)/;
/** As OpenSSL names P-256, P-384 and P-521: the curves of signatures in TLS 1.3 (RFC 8446, 4.2.3). */
const TLS_CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const RSA_PSS = "rsa-pss";

export function weakKey({ verifiedPath }: Facts): Finding | undefined {
    for (const certificate of verifiedPath) {
        const weakness = weaknessOfKey(certificate.publicKey);
        if (!weakness) continue;
        return {
            code: "weak-key",
            severity: "error",
            message: `${certificate.subject} has ${weakness}.`,
            advice: USE_COMMON_KEY,
        };
    }
    return undefined;
}

function weaknessOfKey(key: KeyObject | undefined): string | undefined {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key ?? {};
    if (type === "rsa" || type === RSA_PSS) {
        const bits = details?.modulusLength ?? 0;
        const exponent = details?.publicExponent ?? 0n;
        if (bits < MINIMUM_RSA_BITS) return `an RSA key of ${bits} bits`;
        return exponent < 3n || exponent % 2n === 0n
            ? `an RSA key with the exponent ${exponent}, which is not secure`
            : undefined;
    }
    if (type === "ec") {
        const curve = details?.namedCurve ?? "";
        const bits = Number(SMALL_CURVES.exec(curve)?.[1] ?? 256);
        return bits < 256 ? `an EC key on the curve ${curve}` : undefined;
    }
    return undefined;
}

/** Current TLS clients do not offer DSA and most curves, although `openssl verify` accepts such a chain. */
export function unsupportedKey({ verifiedPath }: Facts): Finding | undefined {
    for (const certificate of verifiedPath) {
        const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey ?? {};
        const curve = details?.namedCurve;
        const what =
            type === "ec" && certificate.hasExplicitCurve
                ? "an EC key with explicit curve parameters"
                : type === "ec" && !TLS_CURVES.has(curve ?? "")
                  ? `an EC key on the curve ${curve ?? "(unknown)"}`
                  : !SIGNING_TYPES.has(type ?? "")
                    ? `a key of type ${type ?? "unknown"}`
                    : undefined;
        if (!what || weaknessOfKey(certificate.publicKey)) continue;
        return {
            code: "unsupported-key",
            severity: "error",
            message: `${certificate.subject} has ${what}, which TLS clients do not accept.`,
            advice: USE_COMMON_KEY,
        };
    }
    return undefined;
}

const SIGNING_TYPES: ReadonlySet<string> = new Set(["rsa", RSA_PSS, "ec", "ed25519", "ed448"]);

/** Secure keys that some clients do not support. Only the key of the leaf signs in the handshake. */
export function uncommonKey({ chain: { leaf } }: Facts): Finding | undefined {
    const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = leaf.publicKey ?? {};
    const bits = details?.modulusLength ?? 0;
    const what =
        type === "ed25519"
            ? "an Ed25519 key, which browsers do not accept"
            : type === "ed448"
              ? "an Ed448 key, which browsers and Go clients do not accept"
              : type === RSA_PSS
                ? "a key for RSASSA-PSS only, which browsers and Go clients do not accept"
                : details?.namedCurve === "secp521r1"
                  ? "a key on the curve P-521, which Chrome does not accept"
                  : bits > MAXIMUM_RSA_BITS
                    ? `an RSA key of ${bits} bits; Go clients accept up to ${MAXIMUM_RSA_BITS}, and handshakes are slow`
                    : undefined;
    if (!what) return undefined;
    return {
        code: "uncommon-key",
        severity: "warning",
        message: `The certificate for ${leaf.subject} has ${what}.`,
        advice: "Use RSA with 2048 to 4096 bits, or EC P-256 or P-384, unless you know that all clients support this key.",
    };
}

/** The usual exponent is 65537; smaller ones need a faultless padding, larger ones than 31 bits do not fit into Go and Windows. */
export function unusualExponent({ verifiedPath }: Facts): Finding | undefined {
    for (const certificate of verifiedPath) {
        const { publicExponent: exponent } = certificate.publicKey?.asymmetricKeyDetails ?? {};
        if (exponent === undefined || weaknessOfKey(certificate.publicKey)) continue;
        if (exponent >= 65_537n && exponent < 2n ** 31n) continue;
        const why = exponent < 65_537n ? "public authorities must not sign it" : "Go's clients refuse it";
        return {
            code: "unusual-exponent",
            severity: "warning",
            message: `${certificate.subject} has an RSA key with the exponent ${exponent}: ${why}.`,
            advice: "Create a new RSA key with the exponent 65537, the default of all tools.",
        };
    }
    return undefined;
}
