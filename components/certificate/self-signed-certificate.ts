import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { argumentsResourceError } from "../shared/argument-check";
import { readCertificates } from "../pki";
import { summarize } from "../pki/summary";
import type { CertificateInfo, ServingCertificate } from "./certificate-info";
import { P256_KEY, TEN_YEARS_HOURS } from "./generated-certificates";

/** 90 days. An update in the last 30 days renews the certificate. */
const LEAF_HOURS = 2_160;
const LEAF_RENEWAL_HOURS = 720;

/** Input for a self-signed certificate. */
export interface SelfSigned {
    hostnames: pulumi.Input<string>[];
    /** A changed value creates a new key and certificate. The authority does not change. */
    renewalTrigger?: pulumi.Input<string>;
}

/**
 * A private authority, and a certificate for `hostnames` that it issues. Clients that trust the authority accept the certificate as
 * they accept a public one.
 *
 * The tls provider compares the expiry with the clock at every update, so the first update in the last third of the validity replaces
 * the certificate, without a refresh (terraform-provider-tls, `modifyPlanIfCertificateReadyForRenewal`).
 */
export function selfSignedCertificate(
    name: string,
    { hostnames, renewalTrigger }: SelfSigned,
    now: Date,
    parent: pulumi.Resource,
): ServingCertificate {
    const opts = { parent };
    const { authorityKey, authority } = developmentAuthority(name, opts);
    // Replacing the key also replaces request and certificate. The trigger is never absent: the engine ignores a trigger that is added later.
    const key = new tls.PrivateKey(`${name}-key`, P256_KEY, {
        ...opts,
        replacementTrigger: renewalTrigger ?? "",
    });
    const request = new tls.CertRequest(
        `${name}-request`,
        {
            privateKeyPem: key.privateKeyPem,
            // Clients check the subject alternative names only. A common name allows 64 characters, so a host name may not fit.
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
    const served = pulumi
        .all([leaf.certPem, key.privateKeyPem, authority.certPem])
        .apply(([certificate, privateKey, root]) => {
            const info = certificateInfo(certificate, root);
            const reason = expiryProblem(info, now);
            if (reason)
                throw argumentsResourceError(name, [{ propertyPath: "tls.renewalTrigger", reason }], parent);
            return { pem: certificate + privateKey, info };
        });
    return {
        pem: pulumi.secret(served.apply(({ pem }) => pem)),
        info: pulumi.unsecret(served.apply(({ info }) => info)),
    };
}

/** The private authority. An update does not change it before its certificate is about to expire. */
function developmentAuthority(
    name: string,
    opts: pulumi.CustomResourceOptions,
): { authorityKey: tls.PrivateKey; authority: tls.SelfSignedCert } {
    const authorityKey = new tls.PrivateKey(`${name}-authority-key`, P256_KEY, opts);
    const authority = new tls.SelfSignedCert(
        `${name}-authority`,
        {
            privateKeyPem: authorityKey.privateKeyPem,
            subject: { commonName: `${name} development authority` },
            isCaCertificate: true,
            setSubjectKeyId: true,
            allowedUses: ["cert_signing", "crl_signing"],
            validityPeriodHours: TEN_YEARS_HOURS,
            // A certificate must not outlive its issuer.
            earlyRenewalHours: LEAF_HOURS,
        },
        opts,
    );
    return { authorityKey, authority };
}

function certificateInfo(certificate: string, authority: string): CertificateInfo {
    const [leaf] = readCertificates(certificate).certificates;
    if (!leaf) throw new Error("The tls provider returned a certificate that cannot be read.");
    return { ...summarize(leaf), authority };
}

/** Guards against a tls provider that does not renew an expired certificate, which clients would refuse. */
export function expiryProblem({ notAfter }: CertificateInfo, now: Date): string | undefined {
    if (now <= new Date(notAfter)) return undefined;
    return `the certificate expired on ${notAfter}, and the tls provider did not renew it; set tls.renewalTrigger to a new value to create a new certificate`;
}
