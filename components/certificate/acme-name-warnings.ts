import * as pulumi from "@pulumi/pulumi";
import { canonicalHostname } from "../shared/host-name";
import type { AcmeSettings } from "./acme-arguments";

/** Domains that are reserved or private, so no public authority issues for them (RFC 2606, RFC 6761, RFC 6762). */
const PRIVATE_DOMAIN = /\.(test|example|invalid|localhost|local|internal|lan|home\.arpa)$/;
/** Limits of Let's Encrypt for one certificate. */
const MAX_NAMES = 100;
const MAX_LABELS = 10;

/** Warns, at preview too, about names that a public authority refuses or may refuse. */
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

/** Warnings, not errors: the authority decides, and the service keeps running without the certificate. */
export function acmeNameWarnings(
    { certificateAuthority }: AcmeSettings,
    hostnames: readonly string[],
): string[] {
    // A private authority has different rules.
    if (certificateAuthority !== undefined) return [];
    const warnings = hostnames.flatMap(name => {
        if (PRIVATE_DOMAIN.test(name)) {
            return [
                `${name} is not a public domain name, so a public authority cannot issue a certificate for it`,
            ];
        }
        if (name.split(".").length > MAX_LABELS) {
            return [`${name} has more than ${MAX_LABELS} parts, which Let's Encrypt refuses`];
        }
        if (name.endsWith(".cloudapp.azure.com")) {
            return [
                `${name} shares the authority's rate limits with all names in cloudapp.azure.com, so the authority may refuse certificates for days; set tls.hostname to a name in your own domain`,
            ];
        }
        return [];
    });
    if (hostnames.length > MAX_NAMES) {
        warnings.push(
            `the certificate has ${hostnames.length} names; Let's Encrypt allows at most ${MAX_NAMES} in one certificate`,
        );
    }
    return warnings;
}
