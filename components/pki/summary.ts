import type { Certificate } from "./certificate";

/** The public information about a certificate, for outputs and reports. Contains no secret. */
export interface CertificateSummary {
    /**
     * The subject.
     * @example "CN=score.contoso.com"
     */
    subject: string;
    /** The DNS names and IP addresses that it covers (subject alternative names). */
    names: string[];
    /** The name of the issuer. */
    issuer: string;
    /** Start of its validity, ISO 8601 in UTC. */
    notBefore: string;
    /** End of its validity, ISO 8601 in UTC. */
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
