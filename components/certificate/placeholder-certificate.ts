import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { PLACEHOLDER_COMMON_NAME } from "../front";
import type { ServingCertificate } from "./certificate-info";

const KEY = { algorithm: "ECDSA", ecdsaCurve: "P256" };
/** Nobody trusts it, so nothing is lost when it stays the same. */
const TEN_YEARS_HOURS = 87_600;

/**
 * What the front has to show before an authority has issued the first certificate: HAProxy opens no port for TLS without one.
 * Nothing is told about it, as what is served changes outside of updates.
 */
export function placeholderCertificate(name: string, parent: pulumi.Resource): ServingCertificate {
    const key = new tls.PrivateKey(`${name}-placeholder-key`, KEY, { parent });
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
