import type { Certificate } from "./certificate";

/** What people and pipelines want to know about a certificate. Holds nothing secret. */
export interface CertificateSummary {
    /** @example "CN=score.contoso.com" */
    subject: string;
    /** DNS names and IP addresses that it covers. */
    names: string[];
    issuer: string;
    /** ISO 8601, UTC. */
    notBefore: string;
    /** ISO 8601, UTC. */
    notAfter: string;
    /** SHA-256 of the encoding in upper-case hex with colons, as `openssl x509 -fingerprint -sha256` prints it. */
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
