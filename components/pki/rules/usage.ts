import * as asn1 from "@peculiar/asn1-x509";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/**
 * RFC 5280, 4.2.1.12: when uses are listed, server authentication must be among them. "Any" alone is enough for Go and
 * Java, but not for OpenSSL: curl, Python and Node refuse.
 */
export function noServerAuth({ chain: { leaf } }: Facts): Finding | undefined {
    const uses = leaf.extendedKeyUsage;
    if (!uses || uses.includes(asn1.id_kp_serverAuth)) return undefined;
    const any = uses.includes(ANY_EXTENDED_KEY_USAGE)
        ? ": anyExtendedKeyUsage, which OpenSSL does not accept"
        : "";
    return {
        code: "no-server-auth",
        severity: "error",
        message: `The certificate for ${leaf.subject} is not valid for TLS servers (extended key usage${any}).`,
        advice: "Ask the authority for a server certificate.",
    };
}

/** TLS 1.3, and 1.2 with forward secrecy, sign with the leaf's key (RFC 8446, 4.4.2.2). */
export function noDigitalSignature({ chain: { leaf } }: Facts): Finding | undefined {
    if (!leaf.keyUsage || leaf.keyUsage.includes("digitalSignature")) return undefined;
    return {
        code: "no-digital-signature",
        severity: "error",
        message: `The certificate for ${leaf.subject} does not allow signatures (key usage), which TLS needs.`,
        advice: "Ask the authority for a certificate with the key usage digitalSignature.",
    };
}

/** RFC 7633: clients that support it (Firefox, GnuTLS) refuse a handshake without an OCSP response, and the front does not send one. */
export function mustStaple({ chain: { leaf } }: Facts): Finding | undefined {
    if (!leaf.mustStaple) return undefined;
    return {
        code: "must-staple",
        severity: "warning",
        message: `The certificate for ${leaf.subject} requires a stapled OCSP response (TLS feature), which the front does not send; Firefox and GnuTLS refuse it.`,
        advice: "Get a certificate without must-staple.",
    };
}

/** Suitable for development, when clients trust this certificate explicitly. */
export function selfSigned({ chain: { leaf }, selfSignedAllowed, trusted }: Facts): Finding | undefined {
    if (!leaf.selfSigned) return undefined;
    return {
        code: "self-signed",
        severity: selfSignedAllowed || trusted ? "warning" : "error",
        message: `The certificate for ${leaf.subject} is self-signed: clients refuse it unless they are configured to trust it.`,
        advice: "Get a certificate from an authority that your clients trust.",
    };
}

/** RFC 5280 extensions that OpenSSL, Go, Java and the browsers process. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
    asn1.id_ce_basicConstraints,
    asn1.id_ce_keyUsage,
    asn1.id_ce_extKeyUsage,
    asn1.id_ce_subjectAltName,
    asn1.id_ce_nameConstraints,
    asn1.id_ce_certificatePolicies,
    asn1.id_ce_policyConstraints,
    asn1.id_ce_policyMappings,
    asn1.id_ce_inhibitAnyPolicy,
    asn1.id_ce_cRLDistributionPoints,
]);

/**
 * Clients refuse critical extensions that they do not support (RFC 5280, 4.2). They support key identifiers, which must not be
 * critical: OpenSSL and Go refuse that.
 */
export function unknownCriticalExtension({ verifiedPath }: Facts): Finding | undefined {
    for (const { subject, criticalExtensions } of verifiedPath) {
        const unknown = criticalExtensions.filter(oid => !KNOWN_EXTENSIONS.has(oid));
        if (unknown.length === 0) continue;
        return {
            code: "unknown-critical-extension",
            severity: "error",
            message: `${subject} has critical extensions that TLS clients do not process: ${unknown.join(", ")}.`,
            advice: "Ask the authority for a certificate for TLS servers.",
        };
    }
    return undefined;
}
