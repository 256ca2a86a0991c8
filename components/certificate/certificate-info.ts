import type * as pulumi from "@pulumi/pulumi";

/** The output that describes the certificate of the service. Contains no secret. */
export interface CertificateInfo {
    /**
     * The subject.
     * @example "CN=score.contoso.com"
     */
    subject: string;
    /** The DNS names and IP addresses that it covers. */
    names: string[];
    /** The name of the issuer. */
    issuer: string;
    /** Start of its validity, ISO 8601 in UTC. */
    notBefore: string;
    /** End of its validity, ISO 8601 in UTC. */
    notAfter: string;
    /** SHA-256 fingerprint in upper-case hexadecimal with colons, as openssl prints it. */
    fingerprint: string;
    /** PEM certificate of the private authority, for clients to trust. Only with `TlsMode.SelfSigned`. */
    authority?: string;
}

/** The certificate that the front presents. */
export interface ServingCertificate {
    /** PEM: the chain, leaf first, then the key. Secret. */
    pem: pulumi.Output<string>;
    /** Absent when the certificate changes between updates. */
    info?: pulumi.Output<CertificateInfo>;
}
