import * as pulumi from "@pulumi/pulumi";
import { laterError } from "../arguments/argument-check";
import { TlsMode, type TlsSettings } from "../arguments/tls";
import { customCertificate } from "./custom";
import { selfSignedCertificate } from "./self-signed";
import type { ServingCertificate } from "./serving-certificate";

/**
 * The certificate that the mode asks for; nothing without TLS.
 * @param hostnames every name that clients use
 */
export function servingCertificate(
    name: string,
    tls: TlsSettings,
    hostnames: pulumi.Input<string>[],
    now: Date,
    component: pulumi.Resource,
): ServingCertificate | undefined {
    switch (tls.mode) {
        case TlsMode.Disabled:
            return undefined;
        case TlsMode.SelfSigned:
            return selfSignedCertificate(name, hostnames, component);
        case TlsMode.Custom: {
            const { certificate = "", privateKey = "" } = tls;
            return customCertificate(
                { certificate, privateKey, hostnames },
                now,
                problems => laterError(name, problems, component),
                component,
            );
        }
    }
}
