import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

/** Object identifiers of signatures over MD2, MD5 and SHA-1, for which collisions are made. */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
    "1.2.840.10040.4.3": "SHA-1",
};

/** 112 bits of security (NIST SP 800-57, part 1): RSA 2048, curves of 224; TLS clients know P-256 and larger. */
const MINIMUM_RSA_BITS = 2048;
const SMALL_CURVES = /^(secp|prime|sect|c2pnb|wap-wsg)\D*(\d+)/;

export function weakKey({ chain }: Facts): Finding | undefined {
    for (const certificate of chain.path) {
        const weakness = weaknessOfKey(certificate);
        if (!weakness) continue;
        return {
            code: "weak-key",
            severity: "error",
            message: `${certificate.subject} has ${weakness}.`,
            advice: "Make a new key: RSA with 2048 bits or more, or EC P-256 or P-384.",
        };
    }
    return undefined;
}

function weaknessOfKey({ x509 }: Certificate): string | undefined {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey;
    if (type === "rsa" || type === "rsa-pss") {
        const bits = details?.modulusLength ?? 0;
        return bits < MINIMUM_RSA_BITS ? `an RSA key of ${bits} bits` : undefined;
    }
    if (type === "ec") {
        const curve = details?.namedCurve ?? "unknown";
        const bits = Number(SMALL_CURVES.exec(curve)?.[2] ?? 256);
        return bits < 256 ? `an EC key on the curve ${curve}` : undefined;
    }
    if (type === "ed25519" || type === "ed448") return undefined;
    return `a key of type ${type ?? "unknown"}, which TLS clients do not accept`;
}

/** The signature on a root is not looked at: clients trust it for being theirs. */
export function weakSignature({ chain }: Facts): Finding | undefined {
    const weak = chain.path.find(
        (one, i) => one.signatureAlgorithm in WEAK_SIGNATURES && (i === 0 || !one.selfSigned),
    );
    if (!weak) return undefined;
    return {
        code: "weak-signature",
        severity: "error",
        message: `${weak.subject} is signed with ${WEAK_SIGNATURES[weak.signatureAlgorithm]}, which can be forged.`,
        advice: "Get a certificate that is signed with SHA-256 or better.",
    };
}
