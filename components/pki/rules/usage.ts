import * as oids from "../extensions";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { NAME_CONSTRAINTS } from "../name-constraints";

/**
 * RFC 5280, 4.2.1.12: when uses are listed, server authentication must be among them. "Any" alone is enough for Go and
 * Java, but not for OpenSSL: curl, Python and Node refuse.
 */
export function noServerAuth({ chain: { leaf } }: Facts): Finding | undefined {
    const uses = leaf.extendedKeyUsage;
    if (!uses || uses.includes(oids.SERVER_AUTHENTICATION)) return undefined;
    const any = uses.includes(oids.ANY_EXTENDED_KEY_USAGE)
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
    oids.BASIC_CONSTRAINTS,
    oids.KEY_USAGE,
    oids.EXTENDED_KEY_USAGE,
    oids.SUBJECT_ALTERNATIVE_NAME,
    NAME_CONSTRAINTS,
    oids.CERTIFICATE_POLICIES,
    oids.POLICY_CONSTRAINTS,
    oids.POLICY_MAPPINGS,
    oids.INHIBIT_ANY_POLICY,
    oids.CRL_DISTRIBUTION_POINTS,
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
