import * as dns from "@pulumi/azure-native/dns";
import * as pulumi from "@pulumi/pulumi";
import { isLater, laterError } from "../arguments/argument-check";
import { canonicalHostname, relativeName, zoneProblem } from "./hostname";

/** Which record makes the host name lead to the service. */
export interface DnsRecord {
    /** The whole name, e.g. `score.contoso.com`. */
    name: string;
    /** The Azure DNS zone that holds the record. Absent: create the record where the domain is hosted. */
    zone?: string;
    /** Always `CNAME`: the address of a container group may change, its name does not. */
    type: string;
    /** What the record points to. */
    value: string;
    /** How long resolvers may keep it, in seconds. */
    ttl: number;
}

/** What a record set in a zone needs. */
export interface CnameRecordSetArgs {
    hostname: pulumi.Input<string>;
    target: pulumi.Input<string>;
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    ttl: number;
}

/** The CNAME record set in an Azure DNS zone. */
export function cnameRecordSet(
    name: string,
    args: CnameRecordSetArgs,
    opts: pulumi.CustomResourceOptions,
): dns.RecordSet {
    const relativeRecordSetName = pulumi
        .all([args.hostname, args.zoneName])
        .apply(([hostname, zone]) => relativeName(hostname, zone));
    return new dns.RecordSet(
        name,
        {
            resourceGroupName: args.zoneResourceGroupName,
            zoneName: args.zoneName,
            relativeRecordSetName,
            recordType: "CNAME",
            ttl: args.ttl,
            cnameRecord: { cname: args.target },
        },
        opts,
    );
}

/** The record as a person or a program needs to know it. */
export function dnsRecord(
    args: Pick<CnameRecordSetArgs, "hostname" | "target" | "ttl"> & { zoneName?: pulumi.Input<string> },
): pulumi.Output<DnsRecord> {
    return pulumi.all([args.hostname, args.target, args.zoneName]).apply(([hostname, value, zone]) => ({
        name: canonicalHostname(hostname),
        ...(zone !== undefined && { zone }),
        type: "CNAME",
        value,
        ttl: args.ttl,
    }));
}

/** The name, checked against the zone when one of the two is known only later. */
export function nameInZone(
    component: string,
    hostname: pulumi.Input<string>,
    zoneName: pulumi.Input<string>,
    resource: pulumi.Resource,
): pulumi.Input<string> {
    if (!isLater(hostname) && !isLater(zoneName)) return hostname;
    return pulumi.all([hostname, zoneName]).apply(([name, zone]) => {
        const reason = zoneProblem(name, zone, false);
        if (reason === undefined) return name;
        throw laterError(component, [{ propertyPath: "tls.hostname", reason }], resource);
    });
}
