import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, acmeWarnings } from "./acme-arguments";
import { canonicalHostname } from "../shared/host-name";

/** Says at preview what the authority may refuse the names for. */
export function warnOfNames(
    acme: AcmeSettings,
    hostnames: pulumi.Input<string>[],
    resource: pulumi.Resource,
): void {
    pulumi.all(hostnames).apply(names => {
        for (const warning of acmeWarnings(acme, names.map(canonicalHostname))) {
            void pulumi.log.warn(`tls: ${warning}.`, resource);
        }
    });
}
