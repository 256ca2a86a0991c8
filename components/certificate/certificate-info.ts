import type * as pulumi from "@pulumi/pulumi";

/** What people and programs want to know about the certificate that is served. Nothing in it is secret. */
export interface CertificateInfo {
    /**
     * Whom it was issued to.
     * @example "CN=score.contoso.com"
     */
    subject: string;
    /** The DNS names and IP addresses that it covers. */
    names: string[];
    /** Who issued it. */
    issuer: string;
    /** Start of its validity, ISO 8601 in UTC. */
    notBefore: string;
    /** End of its validity, ISO 8601 in UTC. */
    notAfter: string;
    /** SHA-256, upper-case hex with colons, as openssl prints it. */
    fingerprint: string;
    /** PEM of the private authority, for clients to trust. Only with a self-signed certificate. */
    authority?: string;
}

/** A certificate for the front, wherever it comes from. */
export interface ServingCertificate {
    /** PEM: the chain, leaf first, then the key. Secret. */
    pem: pulumi.Output<string>;
    /** Absent where what is served changes outside of updates. */
    info?: pulumi.Output<CertificateInfo>;
}
