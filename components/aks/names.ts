import type * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import { addressRecordSet, cnameRecordSet, dnsRecord, type DnsRecord, nameInZone } from "../dns/record";
import { isInZone } from "../dns/zone-name";
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

/** The names whose records are somebody else's. */
export function recordsOfOthers(settings: AksSettings): pulumi.Input<string>[] {
    const { zoneName } = settings.dns;
    return hostnames(settings).filter(name => zoneName === undefined || isElsewhere(name, zoneName));
}

/** The records of the host names: made when their zone is named, told otherwise. */
export function records(
    name: string,
    { tls, models, dns }: AksSettings,
    target: Target,
    component: pulumi.Resource,
): { told: pulumi.Output<DnsRecord[]>; recordSets: pulumi.Resource[] } {
    const all = [
        { at: "tls.hostname", child: name, hostname: tls.hostname },
        ...models.map(one => ({
            at: `models.${one.name}.hostname`,
            child: `${name}-${one.name}`,
            hostname: one.hostname,
        })),
    ];
    const wanted = all.flatMap(one =>
        one.hostname === undefined ? [] : [{ ...one, hostname: one.hostname }],
    );
    const recordSets: pulumi.Resource[] = [];
    const told = wanted.map(one => {
        const { zoneName } = dns;
        if (zoneName === undefined || isElsewhere(one.hostname, zoneName)) {
            return dnsRecord({ hostname: one.hostname, ttl: dns.ttl, ...leadingTo(target) });
        }
        // Only a service that answers gets a name.
        const opts = { parent: component, dependsOn: [target.service] };
        const { told, made } = record(name, one, { ...dns, zoneName }, target, opts);
        recordSets.push(made);
        return told;
    });
    return { told: pulumi.all(told), recordSets };
}

/** What a name has to lead to: Azure's own, where there is one, or else the address. */
function leadingTo({ address, ip }: Target): { type: string; value: pulumi.Output<string> } {
    return address ? { type: "CNAME", value: address.fqdn } : { type: "A", value: ip };
}

function record(
    name: string,
    { at, child, hostname }: { at: string; child: string; hostname: pulumi.Input<string> },
    dns: AksSettings["dns"] & { zoneName: pulumi.Input<string> },
    target: Target,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): { told: pulumi.Output<DnsRecord>; made: pulumi.Resource } {
    const { zoneName, zoneResourceGroupName, ttl, recordType } = dns;
    const { address, ip } = target;
    const inZone = nameInZone(
        name,
        { propertyPath: at, hostname, zoneName, apexAllowed: recordType === DnsRecordType.Alias },
        opts.parent,
    );
    const args = { hostname: inZone, zoneName, zoneResourceGroupName, ttl };
    if (address && recordType === DnsRecordType.Cname) {
        const made = cnameRecordSet(`${child}-cname`, { ...args, target: address.fqdn }, opts);
        return { made, told: dnsRecord({ ...args, ...leadingTo(target) }) };
    }
    const to = address ? { targetResourceId: address.resource.id } : { ipAddress: ip };
    const made = addressRecordSet(`${child}-address`, { ...args, ...to }, opts);
    return { made, told: dnsRecord({ ...args, type: "A", value: ip }) };
}

/** A model's own name may belong to another domain than the zone; its record is then somebody else's. */
function isElsewhere(hostname: pulumi.Input<string>, zoneName: pulumi.Input<string>): boolean {
    return typeof hostname === "string" && typeof zoneName === "string" && !isInZone(hostname, zoneName);
}
