import { id_kp_serverAuth } from "@peculiar/asn1-x509";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/** RFC 5280, 4.2.1.12: when uses are listed, server authentication must be among them. */
export function noServerAuth({ chain: { leaf } }: Facts): Finding | undefined {
    const uses = leaf.extendedKeyUsage;
    if (!uses || uses.includes(id_kp_serverAuth) || uses.includes(ANY_EXTENDED_KEY_USAGE)) return undefined;
    return {
        code: "no-server-auth",
        severity: "error",
        message: `The certificate for ${leaf.subject} is not meant for TLS servers (extended key usage).`,
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

/** Good for development; clients must be given the certificate itself to trust it. */
export function selfSigned({ chain: { leaf } }: Facts): Finding | undefined {
    if (!leaf.selfSigned) return undefined;
    return {
        code: "self-signed",
        severity: "warning",
        message: `The certificate for ${leaf.subject} signed itself: clients refuse it unless they are told to trust it.`,
        advice: "Get a certificate from an authority that your clients trust.",
    };
}
