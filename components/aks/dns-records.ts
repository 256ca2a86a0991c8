import type * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { addressRecordSet, cnameRecordSet, dnsRecord, type DnsRecord, nameInZone } from "../dns/record";
import { isInZone } from "../dns/zone-name";
import type { PublicAddress } from "./address";
import { DnsRecordType } from "./arguments";
import type { AksSettings } from "./settings";

/** The host names that the user set for the service and its models. The certificate must cover all of them. */
export function hostnames({ tls, models }: AksSettings): pulumi.Input<string>[] {
    return [tls.hostname, ...models.map(one => one.hostname)].filter(name => name !== undefined);
}

/** The host names whose records the user creates outside of this component. */
export function userManagedHostnames(settings: AksSettings): pulumi.Input<string>[] {
    const { zoneName } = settings.dns;
    return hostnames(settings).filter(name => zoneName === undefined || isOutsideZone(name, zoneName));
}

/** What the records point to. */
export interface RecordTarget {
    /** Absent with an internal load balancer. */
    address: PublicAddress | undefined;
    /** The IP address of the load balancer. */
    ip: pulumi.Output<string>;
    service: core.Service;
}

export interface DnsRecords {
    /** All records, as the component's output shows them. */
    outputs: pulumi.Output<DnsRecord[]>;
    /** The records in Azure DNS. */
    recordSets: pulumi.Resource[];
}

/** Creates the records of the host names in the zone, and describes those of other domains. */
export function dnsRecords(
    name: string,
    settings: AksSettings,
    target: RecordTarget,
    component: pulumi.Resource,
): DnsRecords {
    const { dns } = settings;
    const recordSets: pulumi.Resource[] = [];
    const outputs = namedHosts(name, settings).map(host => {
        const { zoneName } = dns;
        if (zoneName === undefined || isOutsideZone(host.hostname, zoneName)) {
            return dnsRecord({ hostname: host.hostname, ttl: dns.ttl, ...externalTarget(target) });
        }
        // The record is created after the service, so that the name never points to something that does not answer.
        const opts = { parent: component, dependsOn: [target.service] };
        const propertyPath = host.propertyPath;
        const apexAllowed = dns.recordType === DnsRecordType.Alias;
        const hostname = nameInZone(
            name,
            { propertyPath, hostname: host.hostname, zoneName, apexAllowed },
            component,
        );
        const record = recordInZone({ ...host, hostname }, { ...dns, zoneName }, target, opts);
        recordSets.push(record.recordSet);
        return record.output;
    });
    return { outputs: pulumi.all(outputs), recordSets };
}

interface NamedHost {
    hostname: pulumi.Input<string>;
    /** The argument that sets the host name. */
    propertyPath: string;
    /** The prefix of the record's logical name. */
    prefix: string;
}

function namedHosts(name: string, { tls, models }: AksSettings): NamedHost[] {
    const hosts = [
        { propertyPath: "tls.hostname", prefix: name, hostname: tls.hostname },
        ...models.map(one => ({
            propertyPath: `models.${one.name}.hostname`,
            prefix: `${name}-${one.name}`,
            hostname: one.hostname,
        })),
    ];
    return hosts.flatMap(({ hostname, ...host }) => (hostname === undefined ? [] : [{ ...host, hostname }]));
}

/** The target of a record in another domain: Azure's host name or, for an internal load balancer, the IP address. */
function externalTarget({ address, ip }: RecordTarget): { type: string; value: pulumi.Output<string> } {
    return address ? { type: "CNAME", value: address.fqdn } : { type: "A", value: ip };
}

function recordInZone(
    { prefix, hostname }: NamedHost,
    dns: AksSettings["dns"] & { zoneName: pulumi.Input<string> },
    target: RecordTarget,
    opts: pulumi.CustomResourceOptions,
): { output: pulumi.Output<DnsRecord>; recordSet: pulumi.Resource } {
    const { zoneName, zoneResourceGroupName, ttl, recordType } = dns;
    const { address, ip } = target;
    const args = { hostname, zoneName, zoneResourceGroupName, ttl };
    if (address && recordType === DnsRecordType.Cname) {
        const recordSet = cnameRecordSet(`${prefix}-cname`, { ...args, target: address.fqdn }, opts);
        return { recordSet, output: dnsRecord({ ...args, ...externalTarget(target) }) };
    }
    const pointsTo = address ? { targetResourceId: address.resource.id } : { ipAddress: ip };
    const recordSet = addressRecordSet(`${prefix}-address`, { ...args, ...pointsTo }, opts);
    return { recordSet, output: dnsRecord({ ...args, type: "A", value: ip }) };
}

/** Whether the host name belongs to another domain than the zone. Outputs are checked when they become known. */
function isOutsideZone(hostname: pulumi.Input<string>, zoneName: pulumi.Input<string>): boolean {
    return typeof hostname === "string" && typeof zoneName === "string" && !isInZone(hostname, zoneName);
}
