import * as dns from "@pulumi/azure-native/dns";
import * as pulumi from "@pulumi/pulumi";
import { isLater, laterError } from "../shared/argument-check";
import { canonicalHostname } from "../shared/host-name";
import { relativeName, zoneProblem } from "./zone-name";

/** Which record makes the host name lead to the service. */
export interface DnsRecord {
    /** The whole name, e.g. `score.contoso.com`. */
    name: string;
    /** The Azure DNS zone that holds the record. Absent: create the record where the domain is hosted. */
    zone?: string;
    /** `CNAME`, or `A` where the address stays as long as the service does. */
    type: string;
    /** What the record points to. */
    value: string;
    /** How long resolvers may keep it, in seconds. */
    ttl: number;
}

/** Where a record set in a zone goes. */
export interface RecordSetArgs {
    hostname: pulumi.Input<string>;
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    ttl: number;
}

/** The CNAME record set in an Azure DNS zone. */
export function cnameRecordSet(
    name: string,
    args: RecordSetArgs & { target: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
): dns.RecordSet {
    return new dns.RecordSet(
        name,
        { ...place(args), recordType: "CNAME", cnameRecord: { cname: args.target } },
        opts,
    );
}

/** The address record set: an alias that follows an Azure resource, or one with a fixed address. */
export function addressRecordSet(
    name: string,
    args: RecordSetArgs & { targetResourceId?: pulumi.Input<string>; ipAddress?: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
): dns.RecordSet {
    const { targetResourceId, ipAddress } = args;
    const to = targetResourceId
        ? { targetResource: { id: targetResourceId } }
        : { aRecords: [{ ipv4Address: ipAddress }] };
    return new dns.RecordSet(name, { ...place(args), recordType: "A", ...to }, opts);
}

function place(args: RecordSetArgs) {
    return {
        resourceGroupName: args.zoneResourceGroupName,
        zoneName: args.zoneName,
        relativeRecordSetName: pulumi
            .all([args.hostname, args.zoneName])
            .apply(([hostname, zone]) => relativeName(hostname, zone)),
        ttl: args.ttl,
    };
}

/** The record as a person or a program needs to know it. */
export function dnsRecord(args: {
    hostname: pulumi.Input<string>;
    /** Absent: the record is somebody else's. */
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

/** The name, checked against the zone when one of the two is known only later. */
export function nameInZone(
    component: string,
    propertyPath: string,
    hostname: pulumi.Input<string>,
    zoneName: pulumi.Input<string>,
    apex: boolean,
    resource: pulumi.Resource,
): pulumi.Input<string> {
    if (!isLater(hostname) && !isLater(zoneName)) return hostname;
    return pulumi.all([hostname, zoneName]).apply(([name, zone]) => {
        const reason = zoneProblem(name, zone, apex);
        if (reason === undefined) return name;
        throw laterError(component, [{ propertyPath, reason }], resource);
    });
}
