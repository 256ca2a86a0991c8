import * as dns from "@pulumi/azure-native/dns";
import * as pulumi from "@pulumi/pulumi";
import { isOutputOrPromise, argumentsResourceError } from "../shared/argument-check";
import { canonicalHostname } from "../shared/host-name";
import { relativeName, zoneProblem } from "./zone-name";

/** The DNS record that points the host name to the service. */
export interface DnsRecord {
    /** The full name, e.g. `score.contoso.com`. */
    name: string;
    /** The Azure DNS zone in which the component creates the record. Absent: create it where the domain is hosted. */
    zone?: string;
    /** `CNAME`, or `A` where the IP address is static. */
    type: string;
    /** The target of the record: a host name or an IP address. */
    value: string;
    /** How long resolvers may cache it, in seconds. */
    ttl: number;
}

/** The place of a record set in Azure DNS. */
export interface RecordSetArgs {
    hostname: pulumi.Input<string>;
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    ttl: number;
}

/** By default azure-native deletes the record of a changed host name first. If the new one then fails, none is left. */
const NEW_RECORD_FIRST = { deleteBeforeReplace: false };

/** The CNAME record set in an Azure DNS zone. */
export function cnameRecordSet(
    name: string,
    args: RecordSetArgs & { target: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
): dns.RecordSet {
    return new dns.RecordSet(
        name,
        { ...recordSetLocation(args), recordType: "CNAME", cnameRecord: { cname: args.target } },
        { ...opts, ...NEW_RECORD_FIRST },
    );
}

/** The A record set: an alias for an Azure resource, or a record with a fixed IP address. */
export function addressRecordSet(
    name: string,
    args: RecordSetArgs & { targetResourceId?: pulumi.Input<string>; ipAddress?: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
): dns.RecordSet {
    const { targetResourceId, ipAddress } = args;
    const target = targetResourceId
        ? { targetResource: { id: targetResourceId } }
        : { aRecords: [{ ipv4Address: ipAddress }] };
    return new dns.RecordSet(
        name,
        { ...recordSetLocation(args), recordType: "A", ...target },
        { ...opts, ...NEW_RECORD_FIRST },
    );
}

function recordSetLocation(args: RecordSetArgs) {
    return {
        resourceGroupName: args.zoneResourceGroupName,
        zoneName: args.zoneName,
        relativeRecordSetName: pulumi
            .all([args.hostname, args.zoneName])
            .apply(([hostname, zone]) => relativeName(hostname, zone)),
        ttl: args.ttl,
    };
}

/** The output that describes the record. */
export function dnsRecord(args: {
    hostname: pulumi.Input<string>;
    /** Absent: the user creates the record elsewhere. */
    zoneName?: pulumi.Input<string>;
    type: string;
    value: pulumi.Input<string>;
    ttl: number;
}): pulumi.Output<DnsRecord> {
    const { type, ttl } = args;
    return pulumi.all([args.hostname, args.value, args.zoneName]).apply(([hostname, value, zone]) => ({
        name: canonicalHostname(hostname),
        ...(zone !== undefined && { zone }),
        type,
        value,
        ttl,
    }));
}

/**
 * The host name. When it or the zone is an output, checks that the zone contains the name as soon as both values are known.
 * `readDns` checks plain values.
 */
export function nameInZone(
    component: string,
    { propertyPath, hostname, zoneName, apexAllowed }: NameInZoneArgs,
    resource: pulumi.Resource,
): pulumi.Input<string> {
    if (!isOutputOrPromise(hostname) && !isOutputOrPromise(zoneName)) return hostname;
    return pulumi.all([hostname, zoneName]).apply(([name, zone]) => {
        const reason = zoneProblem(name, zone, apexAllowed);
        if (reason === undefined) return name;
        throw argumentsResourceError(component, [{ propertyPath, reason }], resource);
    });
}

/** A host name and the zone that must contain it. */
export interface NameInZoneArgs {
    /** The argument with the host name. */
    propertyPath: string;
    hostname: pulumi.Input<string>;
    zoneName: pulumi.Input<string>;
    apexAllowed: boolean;
}
