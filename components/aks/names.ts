import type * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../arguments/tls";
import { addressRecordSet, cnameRecordSet, dnsRecord, type DnsRecord, nameInZone } from "../dns/record";
import { liesInZone } from "../dns/hostname";
import type { PublicAddress } from "./address";
import { DnsRecordType } from "./arguments";
import type { AksSettings } from "./settings";

/** Where one model answers. */
export interface ModelAddress {
    /** Where to POST, e.g. `https://score.contoso.com/api/v1/service/iris/score`. */
    scoringUri: string;
    /** The description of the model's input and output, where the model has one. */
    swaggerUri: string;
}

/** The names that the user gave the service and its models; the certificate has to cover them. */
export function hostnames({ tls, models }: AksSettings): pulumi.Input<string>[] {
    return [tls.hostname, ...models.map(one => one.hostname)].filter(name => name !== undefined);
}

/** Where each model answers, by its name. */
export function modelAddresses(
    { tls, models }: AksSettings,
    host: pulumi.Input<string>,
): pulumi.Output<Record<string, ModelAddress>> {
    return pulumi.all([host, models.map(one => one.hostname)]).apply(([service, own]) =>
        Object.fromEntries(
            models.map(({ name, plainHttp }, index) => {
                const scheme = tls.mode === TlsMode.Disabled || plainHttp ? "http" : "https";
                const hostname = own[index];
                const base =
                    hostname === undefined
                        ? `${scheme}://${service}/api/v1/service/${name}`
                        : `${scheme}://${hostname}`;
                return [name, { scoringUri: `${base}/score`, swaggerUri: `${base}/swagger.json` }];
            }),
        ),
    );
}

/** What records can point to. */
export interface Target {
    /** Absent with an internal load balancer. */
    address: PublicAddress | undefined;
    /** The load balancer's address. */
    ip: pulumi.Output<string>;
    service: core.Service;
}

/** The records of the host names: made when their zone is named, told otherwise. */
export function records(
    name: string,
    { tls, models, dns }: AksSettings,
    target: Target,
    component: pulumi.Resource,
): { told: pulumi.Output<DnsRecord[]>; recordSets: pulumi.Resource[] } {
    const wanted = [
        { at: "tls.hostname", child: name, hostname: tls.hostname },
        ...models.map(one => ({
            at: `models.${one.name}.hostname`,
            child: `${name}-${one.name}`,
            hostname: one.hostname,
        })),
    ];
    const all = wanted.flatMap(({ at, child, hostname }) =>
        hostname === undefined ? [] : [record(name, { at, child, hostname }, dns, target, component)],
    );
    return {
        told: pulumi.all(all.map(one => one.told)),
        recordSets: all.flatMap(({ recordSet }) => (recordSet ? [recordSet] : [])),
    };
}

function record(
    name: string,
    { at, child, hostname }: { at: string; child: string; hostname: pulumi.Input<string> },
    { zoneName, zoneResourceGroupName, ttl, recordType }: AksSettings["dns"],
    { address, ip, service }: Target,
    component: pulumi.Resource,
): { told: pulumi.Output<DnsRecord>; recordSet?: pulumi.Resource } {
    const byName = address && { type: "CNAME", value: address.fqdn };
    const byAddress = { type: "A", value: ip };
    if (zoneName === undefined || isElsewhere(hostname, zoneName)) {
        return { told: dnsRecord({ hostname, ttl, ...(byName ?? byAddress) }) };
    }
    const inZone = nameInZone(name, at, hostname, zoneName, recordType === DnsRecordType.Alias, component);
    const args = { hostname: inZone, zoneName, zoneResourceGroupName, ttl };
    // Only a service that answers gets a name.
    const opts = { parent: component, dependsOn: [service] };
    if (byName && recordType === DnsRecordType.Cname) {
        const recordSet = cnameRecordSet(`${child}-cname`, { ...args, target: byName.value }, opts);
        return { told: dnsRecord({ ...args, ...byName }), recordSet };
    }
    const to = address ? { targetResourceId: address.resource.id } : { ipAddress: ip };
    const recordSet = addressRecordSet(`${child}-address`, { ...args, ...to }, opts);
    return { told: dnsRecord({ ...args, ...byAddress }), recordSet };
}

/** A model's own name may belong to another domain than the zone; its record is then somebody else's. */
function isElsewhere(hostname: pulumi.Input<string>, zoneName: pulumi.Input<string>): boolean {
    return typeof hostname === "string" && typeof zoneName === "string" && !liesInZone(hostname, zoneName);
}
