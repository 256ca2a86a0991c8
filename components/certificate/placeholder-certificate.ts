import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { PLACEHOLDER_COMMON_NAME } from "../front";
import type { ServingCertificate } from "./certificate-info";
import { P256_KEY, TEN_YEARS_HOURS } from "./generated-certificates";

/**
 * The certificate that the front presents until the authority has issued the first one: HAProxy cannot open a TLS port without
 * one. Requests over it get status 503. Clients never trust it, so it does not need renewal. It has no `info`, because the issuer
 * replaces it between updates.
 */
export function placeholderCertificate(name: string, parent: pulumi.Resource): ServingCertificate {
    const key = new tls.PrivateKey(`${name}-placeholder-key`, P256_KEY, { parent });
    const { certPem } = new tls.SelfSignedCert(
        `${name}-placeholder`,
        {
            privateKeyPem: key.privateKeyPem,
            subject: { commonName: PLACEHOLDER_COMMON_NAME },
            allowedUses: ["digital_signature", "server_auth"],
            validityPeriodHours: TEN_YEARS_HOURS,
        },
        { parent },
    );
    const both = pulumi.all([certPem, key.privateKeyPem]);
    return { pem: pulumi.secret(both.apply(([certificate, privateKey]) => certificate + privateKey)) };
}
