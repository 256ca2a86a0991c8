import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { TlsMode, type TlsSettings } from "./tls-arguments";
import { customCertificate } from "./custom-certificate";
import { placeholderCertificate } from "./placeholder-certificate";
import { selfSignedCertificate } from "./self-signed-certificate";
import type { ServingCertificate } from "./certificate-info";

/** The names that clients can use, and the time at which the certificate is checked. */
export interface ServingContext {
    /** Custom domains. */
    own: pulumi.Input<string>[];
    /** The name in Azure's domain. A user cannot get a certificate for it, so a custom certificate need not cover it. */
    azure: pulumi.Input<string> | undefined;
    now: Date;
}

/** The certificate for `tls.mode`: a placeholder for `Auto`, undefined for `Disabled`. */
export function servingCertificate(
    name: string,
    tls: TlsSettings,
    { own, azure, now }: ServingContext,
    component: pulumi.Resource,
): ServingCertificate | undefined {
    switch (tls.mode) {
        case TlsMode.Disabled:
            return undefined;
        case TlsMode.Auto:
            return placeholderCertificate(name, component);
        case TlsMode.SelfSigned:
            return selfSignedCertificate(
                name,
                {
                    hostnames: azure === undefined ? own : [...own, azure],
                    renewalTrigger: tls.renewalTrigger,
                },
                now,
                component,
            );
        case TlsMode.Custom: {
            const { certificate, privateKey, pfx, pfxPassword, trustedRoots } = tls;
            return customCertificate(
                { certificate, privateKey, pfx, pfxPassword, trustedRoots, hostnames: own },
                now,
                problems => argumentsResourceError(name, problems, component),
                component,
            );
        }
    }
}
