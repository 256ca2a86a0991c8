import type { Certificate } from "./certificate";

/** The public information about a certificate, for outputs and reports. Contains no secret. */
export interface CertificateSummary {
    /** @example "CN=score.contoso.com" */
    subject: string;
    /** Subject alternative names: DNS names and IP addresses. */
    names: string[];
    issuer: string;
    /** ISO 8601, UTC. */
    notBefore: string;
    /** ISO 8601, UTC. */
    notAfter: string;
    /** SHA-256 of the DER in upper-case hexadecimal with colons, as `openssl x509 -fingerprint -sha256` prints it. */
    fingerprint: string;
}

export function summarize(certificate: Certificate): CertificateSummary {
    return {
        subject: certificate.subject,
        names: [...certificate.dnsNames, ...certificate.ipAddresses],
        issuer: certificate.issuer,
        notBefore: certificate.notBefore.toISOString(),
        notAfter: certificate.notAfter.toISOString(),
        fingerprint: certificate.fingerprint,
    };
}
