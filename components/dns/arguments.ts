import type * as pulumi from "@pulumi/pulumi";
import { hostnameProblem } from "../shared/host-name";
import { zoneProblem } from "./zone-name";
import type { ArgumentCheck } from "../shared/argument-check";
import { LARGEST_INT32, wholeNumber } from "../shared/rules/numbers";
import { resourceGroupName } from "../shared/rules/text";

/** The Azure DNS zone that gets the record of `tls.hostname`. */
export interface DnsArgs {
    /**
     * The zone that `tls.hostname` lies in.
     * @example "contoso.com"
     */
    zoneName: pulumi.Input<string>;
    /**
     * The resource group of the zone.
     * @default the service's own resource group
     */
    zoneResourceGroupName?: pulumi.Input<string>;
    /**
     * How long resolvers may keep the record, in seconds.
     * @default 300
     */
    ttl?: number;
}

/** Where records go, with defaults in place. */
export interface DnsSettings {
    /** Absent: the records are somebody else's. */
    zoneName?: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    ttl: number;
}

/**
 * @param hostname the name that is to lead to the service
 * @param resourceGroup the zone's unless it is named
 * @param apex whether the record can stand at the zone's apex
 */
export function readDns(
    check: ArgumentCheck,
    dns: DnsArgs | undefined,
    hostname: pulumi.Input<string> | undefined,
    resourceGroup: pulumi.Input<string>,
    apex: boolean,
): DnsSettings {
    if (dns) checkDns(check, dns, hostname, apex);
    return {
        zoneName: check.optionalInput("dns.zoneName", dns?.zoneName, hostnameProblem),
        zoneResourceGroupName:
            check.optionalInput("dns.zoneResourceGroupName", dns?.zoneResourceGroupName, resourceGroupName) ??
            resourceGroup,
        ttl: dns?.ttl ?? 300,
    };
}

function checkDns(
    check: ArgumentCheck,
    dns: DnsArgs,
    hostname: pulumi.Input<string> | undefined,
    apex: boolean,
): void {
    check.known("dns.ttl", dns.ttl, wholeNumber(1, LARGEST_INT32, "seconds"));
    if (dns.zoneName === undefined)
        check.report("dns.zoneName", "is missing; name the zone, or leave dns out");
    if (hostname === undefined) {
        check.report("tls.hostname", "is missing; dns needs the name that is to lead to the service");
    } else if (typeof hostname === "string" && typeof dns.zoneName === "string") {
        const each = [hostnameProblem(hostname), hostnameProblem(dns.zoneName)];
        if (each.every(problem => problem === undefined)) {
            check.report("tls.hostname", zoneProblem(hostname, dns.zoneName, apex));
        }
    }
}
