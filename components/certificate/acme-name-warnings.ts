import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, acmeNameWarnings } from "./acme-arguments";
import { canonicalHostname } from "../shared/host-name";

/** Says at preview what the authority may refuse the names for. */
export function warnAboutAcmeNames(
    acme: AcmeSettings,
    hostnames: pulumi.Input<string>[],
    resource: pulumi.Resource,
): void {
    pulumi.all(hostnames).apply(names => {
        for (const warning of acmeNameWarnings(acme, names.map(canonicalHostname))) {
            void pulumi.log.warn(`tls: ${warning}.`, resource);
        }
    });
}
