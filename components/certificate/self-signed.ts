import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { readCertificates } from "../pki";
import { summarize } from "../pki/summary";
import type { CertificateInfo, ServingCertificate } from "./serving-certificate";

const KEY = { algorithm: "ECDSA", ecdsaCurve: "P256" };
const TEN_YEARS_HOURS = 87_600;
/** A quarter of a year, of which the last third is for renewal at the next update. */
const LEAF_HOURS = 2_160;
const LEAF_RENEWAL_HOURS = 720;

/**
 * A private authority, and a certificate of it for `hostnames`. Clients that trust the authority see what they would see
 * with a public certificate.
 */
export function selfSignedCertificate(
    name: string,
    hostnames: pulumi.Input<string>[],
    parent: pulumi.Resource,
): ServingCertificate {
    const opts = { parent };
    const authorityKey = new tls.PrivateKey(`${name}-authority-key`, KEY, opts);
    const authority = new tls.SelfSignedCert(
        `${name}-authority`,
        {
            privateKeyPem: authorityKey.privateKeyPem,
            subject: { commonName: `${name} development authority` },
            isCaCertificate: true,
            setSubjectKeyId: true,
            allowedUses: ["cert_signing", "crl_signing"],
            validityPeriodHours: TEN_YEARS_HOURS,
        },
        opts,
    );
    const key = new tls.PrivateKey(`${name}-key`, KEY, opts);
    const request = new tls.CertRequest(
        `${name}-request`,
        {
            privateKeyPem: key.privateKeyPem,
            // The names that clients look at are the alternative ones; a host name may be too long for this one.
            subject: { commonName: name },
            dnsNames: hostnames,
        },
        opts,
    );
    const leaf = new tls.LocallySignedCert(
        `${name}-certificate`,
        {
            caPrivateKeyPem: authorityKey.privateKeyPem,
            caCertPem: authority.certPem,
            certRequestPem: request.certRequestPem,
            allowedUses: ["digital_signature", "server_auth"],
            setSubjectKeyId: true,
            validityPeriodHours: LEAF_HOURS,
            earlyRenewalHours: LEAF_RENEWAL_HOURS,
        },
        opts,
    );
    return {
        pem: pulumi.secret(
            pulumi
                .all([leaf.certPem, key.privateKeyPem])
                .apply(([certificate, privateKey]) => certificate + privateKey),
        ),
        info: pulumi.unsecret(
            pulumi
                .all([leaf.certPem, authority.certPem])
                .apply(([certificate, root]) => described(certificate, root)),
        ),
    };
}

function described(certificate: string, authority: string): CertificateInfo {
    const [leaf] = readCertificates(certificate).certificates;
    if (!leaf) throw new Error("The tls provider returned a certificate that cannot be read.");
    return { ...summarize(leaf), authority };
}
