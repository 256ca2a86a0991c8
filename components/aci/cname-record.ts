import type * as pulumi from "@pulumi/pulumi";
import { cnameRecordSet, dnsRecord, type DnsRecord, nameInZone } from "../dns/record";
import type { AciSettings } from "./settings";

/** The CNAME of `tls.hostname`. */
export interface CnameRecord {
    /** The record as the component's output shows it. */
    output: pulumi.Output<DnsRecord>;
    /** The record in Azure DNS. Absent without `dns.zoneName`: the user creates the record then. */
    recordSet?: pulumi.CustomResource;
}

/** Creates the record in its zone, or only describes it when no zone is set. Undefined without `tls.hostname`. */
export function cnameRecord(
    name: string,
    { tls, dns }: AciSettings,
    fqdn: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): CnameRecord | undefined {
    if (tls.hostname === undefined) return undefined;
    const record = { hostname: tls.hostname, type: "CNAME", value: fqdn, ttl: dns.ttl };
    if (dns.zoneName === undefined) return { output: dnsRecord(record) };
    const { zoneName, zoneResourceGroupName } = dns;
    const hostname = nameInZone(
        name,
        { propertyPath: "tls.hostname", hostname: tls.hostname, zoneName, apexAllowed: false },
        opts.parent,
    );
    const args = { hostname, zoneName, zoneResourceGroupName, ttl: dns.ttl, target: fqdn };
    const recordSet = cnameRecordSet(`${name}-cname`, args, opts);
    return { output: dnsRecord({ ...record, hostname, zoneName }), recordSet };
}
