import * as pulumi from "@pulumi/pulumi";
import { laterError } from "../shared/argument-check";
import { TlsMode, type TlsSettings } from "./tls-arguments";
import { customCertificate } from "./custom-certificate";
import { placeholderCertificate } from "./placeholder-certificate";
import { selfSignedCertificate } from "./self-signed-certificate";
import type { ServingCertificate } from "./certificate-info";

/** Names that clients can use. */
export interface ServingNames {
    /** The user's own. */
    own: pulumi.Input<string>[];
    /** The one that Azure gives. No authority signs it to a stranger, so a certificate of the user's own need not cover it. */
    azure: pulumi.Input<string> | undefined;
}

/** The certificate that the mode asks for, in mode `Auto` the one before the first; nothing without TLS. */
export function servingCertificate(
    name: string,
    tls: TlsSettings,
    { own, azure }: ServingNames,
    now: Date,
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
            const { certificate, privateKey, pfx, pfxPassword } = tls;
            return customCertificate(
                { certificate, privateKey, pfx, pfxPassword, hostnames: own },
                now,
                problems => laterError(name, problems, component),
                component,
            );
        }
    }
}
