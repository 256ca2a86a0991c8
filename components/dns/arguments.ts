import type * as pulumi from "@pulumi/pulumi";
import { hostnameProblem } from "../shared/host-name";
import { zoneProblem } from "./zone-name";
import type { ArgumentCheck } from "../shared/argument-check";
import { MAX_INT32, wholeNumber } from "../shared/rules/numbers";
import { resourceGroupName } from "../shared/rules/text";

/** The Azure DNS zone in which the component creates the record for `tls.hostname`. */
export interface DnsArgs {
    /**
     * The zone that contains `tls.hostname`.
     * @example "contoso.com"
     */
    zoneName: pulumi.Input<string>;
    /**
     * The resource group of the zone.
     * @default the resource group of the service
     */
    zoneResourceGroupName?: pulumi.Input<string>;
    /**
     * The TTL of the record: how long resolvers may cache it, in seconds. On Container Instances an update waits for that time,
     * but at most an hour, before it deletes the previous revision.
     * @default 300
     */
    ttl?: number;
}

/** The checked arguments, with defaults. */
export interface DnsSettings {
    /** Absent: the user creates the records elsewhere. */
    zoneName?: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    ttl: number;
}

const DEFAULT_TTL_SECONDS = 300;

/** The record that the zone gets. */
export interface RecordContext {
    hostname: pulumi.Input<string> | undefined;
    /** The resource group of the zone when `dns.zoneResourceGroupName` is not set. */
    defaultResourceGroup: pulumi.Input<string>;
    /** Whether the record may be at the apex of the zone. */
    apexAllowed: boolean;
}

export function readDns(check: ArgumentCheck, dns: DnsArgs | undefined, record: RecordContext): DnsSettings {
    if (dns) checkDns(check, dns, record);
    return {
        zoneName: check.optionalInput("dns.zoneName", dns?.zoneName, hostnameProblem),
        zoneResourceGroupName:
            check.optionalInput("dns.zoneResourceGroupName", dns?.zoneResourceGroupName, resourceGroupName) ??
            record.defaultResourceGroup,
        ttl: dns?.ttl ?? DEFAULT_TTL_SECONDS,
    };
}

function checkDns(check: ArgumentCheck, dns: DnsArgs, { hostname, apexAllowed }: RecordContext): void {
    check.known("dns.ttl", dns.ttl, wholeNumber(1, MAX_INT32, "seconds"));
    if (dns.zoneName === undefined)
        check.report("dns.zoneName", "is missing; set it to the name of the DNS zone, or remove dns");
    if (hostname === undefined) {
        check.report("tls.hostname", "is missing; dns needs the name of the record to create");
    } else if (typeof hostname === "string" && typeof dns.zoneName === "string") {
        const problems = [hostnameProblem(hostname), hostnameProblem(dns.zoneName)];
        if (problems.every(problem => problem === undefined)) {
            check.report("tls.hostname", zoneProblem(hostname, dns.zoneName, apexAllowed));
        }
    }
}
