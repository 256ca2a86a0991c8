import type * as pulumi from "@pulumi/pulumi";
import type { CertificateSummary } from "../pki";

/** The output that describes the certificate of the service. Contains no secret. */
export interface CertificateInfo extends CertificateSummary {
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
