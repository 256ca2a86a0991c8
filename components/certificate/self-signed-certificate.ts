import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { argumentsResourceError } from "../shared/argument-check";
import { readCertificates } from "../pki";
import { summarize } from "../pki/summary";
import type { CertificateInfo, ServingCertificate } from "./certificate-info";

const KEY = { algorithm: "ECDSA", ecdsaCurve: "P256" };
const TEN_YEARS_HOURS = 87_600;
/** A quarter of a year, of which the last third is for renewal at the next update. */
const LEAF_HOURS = 2_160;
const LEAF_RENEWAL_HOURS = 720;

/** What a self-signed certificate is made from. */
export interface SelfSigned {
    hostnames: pulumi.Input<string>[];
    /** Another value makes a new key and certificate; the authority stays. */
    renewalTrigger?: pulumi.Input<string>;
}

/**
 * A private authority, and a certificate of it for `hostnames`. Clients that trust the authority see what they would see
 * with a public certificate.
 *
 * The tls provider looks at the clock whenever it plans, so the first update in the certificate's last third replaces it,
 * without a refresh (terraform-provider-tls, `modifyPlanIfCertificateReadyForRenewal`).
 */
export function selfSignedCertificate(
    name: string,
    { hostnames, renewalTrigger }: SelfSigned,
    now: Date,
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
            // It signs nothing that would outlive it.
            earlyRenewalHours: LEAF_HOURS,
        },
        opts,
    );
    // Request and certificate follow their key. Never absent: the engine takes a trigger that was not there before for none.
    const key = new tls.PrivateKey(`${name}-key`, KEY, { ...opts, replacementTrigger: renewalTrigger ?? "" });
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
    const served = pulumi
        .all([leaf.certPem, key.privateKeyPem, authority.certPem])
        .apply(([certificate, privateKey, root]) => {
            const info = described(certificate, root);
            const reason = missedRenewal(info, now);
            if (reason)
                throw argumentsResourceError(name, [{ propertyPath: "tls.renewalTrigger", reason }], parent);
            return { pem: certificate + privateKey, info };
        });
    return {
        pem: pulumi.secret(served.apply(({ pem }) => pem)),
        info: pulumi.unsecret(served.apply(({ info }) => info)),
    };
}

function described(certificate: string, authority: string): CertificateInfo {
    const [leaf] = readCertificates(certificate).certificates;
    if (!leaf) throw new Error("The tls provider returned a certificate that cannot be read.");
    return { ...summarize(leaf), authority };
}

/** What to do about a provider that lets a certificate expire: none is known that does, but what it would do to clients is. */
export function missedRenewal({ notAfter }: CertificateInfo, now: Date): string | undefined {
    if (now <= new Date(notAfter)) return undefined;
    return `the certificate ended on ${notAfter}, and the tls provider did not renew it; give a value that was not there before to have a new one`;
}
