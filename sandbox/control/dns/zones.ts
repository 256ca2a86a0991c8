import { addressForPods } from "../../node/settings";
import type { Resource } from "../state/resource";
import { sameId } from "../arm/resource-id";
import { NAME_SERVERS, startOfAuthority } from "./name-servers";
import { RECORD_TYPES, type RecordSetProperties, recordSetProperties, type RecordType } from "./record-set";
import { isAlias } from "./record-set-rules";
import type { RecordData, ServedRecordSet, ServedZone } from "./zone-data";

const DNS_ZONE = "microsoft.network/dnszones";

/** Azure answers the addresses of labels with a short life. Seconds. */
const ADDRESS_TTL_S = 10;

/** An alias record set lives as long as what it points to, unless it says otherwise. Seconds. */
const ALIAS_TTL_S = 60;

/** Parents of the names that Azure gives. */
const AZURE_ZONES = ["azurecontainer.io", "cloudapp.azure.com"];

/** Azure's own endpoints, all of which are the sandbox's Resource Manager. */
export const ENDPOINTS = ["management.azure.com", "login.microsoftonline.com"];

/** Where the servers of this sandbox are. */
export interface ServerAddresses {
    dns: string;
    arm: string;
}

/** Every zone that the sandbox answers for. */
export function servedZones(resources: readonly Resource[], addresses: ServerAddresses): ServedZone[] {
    const declared = resources.filter(({ type }) => type.toLowerCase() === DNS_ZONE);
    return [
        ...declared.map(zone => declaredZone(zone, resources)),
        ...AZURE_ZONES.map(name => azureZone(name, resources)),
        ...NAME_SERVERS.map(server => zoneOfHost(withoutDot(server), addresses.dns)),
        ...ENDPOINTS.map(host => zoneOfHost(host, addresses.arm)),
    ];
}

/**
 * The same for pods: with the addresses by which they get to the host, and as all that there is. A name that nobody has
 * is then one that does not exist, where the server alone would have nothing to say of it.
 */
export function zonesForPods(zones: readonly ServedZone[]): ServedZone[] {
    const seen = (type: RecordType, set: ServedRecordSet): ServedRecordSet => ({
        ...set,
        records:
            type !== "A"
                ? set.records
                : set.records.map(data => (typeof data === "string" ? addressForPods(data) : data)),
    });
    return [
        ...zones.map(({ name, names }) => ({
            name,
            names: new Map(
                [...names].map(([owner, types]) => [
                    owner,
                    new Map([...types].map(([type, set]) => [type, seen(type, set)])),
                ]),
            ),
        })),
        { name: "", names: apexOf() },
    ];
}

function declaredZone(zone: Resource, resources: readonly Resource[]): ServedZone {
    const names = new Map<string, Map<RecordType, ServedRecordSet>>();
    const prefix = `${zone.id}/`.toLowerCase();
    for (const resource of resources) {
        if (!resource.id.toLowerCase().startsWith(prefix)) continue;
        const type = RECORD_TYPES.find(
            one => resource.type.toLowerCase() === `${DNS_ZONE}/${one.toLowerCase()}`,
        );
        if (type === undefined) continue;
        const served = servedRecordSet(type, recordSetProperties.parse(resource.properties), resources);
        add(names, resource.name.toLowerCase(), type, served);
    }
    return { name: zone.name.toLowerCase(), names };
}

function servedRecordSet(
    type: RecordType,
    properties: RecordSetProperties,
    resources: readonly Resource[],
): ServedRecordSet {
    if (isAlias(properties)) return aliasTarget(type, properties, resources);
    return { ttl: properties.TTL ?? 0, records: recordsOf(type, properties) };
}

/** What an alias points to: a public IP address, or another record set of the same type. Empty when that is gone. */
function aliasTarget(
    type: RecordType,
    { targetResource, TTL }: RecordSetProperties,
    resources: readonly Resource[],
): ServedRecordSet {
    const target = resources.find(({ id }) => sameId(id, targetResource?.id ?? ""));
    const ttl = TTL ?? ALIAS_TTL_S;
    if (target === undefined) return { ttl, records: [] };
    if (target.type.toLowerCase() === `${DNS_ZONE}/${type.toLowerCase()}`) {
        const properties = recordSetProperties.parse(target.properties);
        return { ttl: TTL ?? properties.TTL ?? ALIAS_TTL_S, records: recordsOf(type, properties) };
    }
    const { ip } = target.hidden;
    return { ttl, records: type === "A" && typeof ip === "string" ? [ip] : [] };
}

function recordsOf(type: RecordType, properties: RecordSetProperties): RecordData["data"][] {
    switch (type) {
        case "A":
            return (properties.ARecords ?? []).map(({ ipv4Address }) => ipv4Address);
        case "AAAA":
            return (properties.AAAARecords ?? []).map(({ ipv6Address }) => ipv6Address);
        case "CNAME":
            return properties.CNAMERecord ? [withoutDot(properties.CNAMERecord.cname)] : [];
        case "NS":
            return (properties.NSRecords ?? []).map(({ nsdname }) => withoutDot(nsdname));
        case "TXT":
            return (properties.TXTRecords ?? []).map(({ value }) => value);
        case "MX":
            return (properties.MXRecords ?? []).map(({ preference, exchange }) => ({
                preference,
                exchange: withoutDot(exchange),
            }));
        case "SRV":
            return (properties.SRVRecords ?? []).map(({ priority, weight, port, target }) => ({
                priority,
                weight,
                port,
                target: withoutDot(target),
            }));
        case "CAA":
            return (properties.caaRecords ?? []).map(({ flags, tag, value }) => ({
                flags,
                issuerCritical: (flags & 128) !== 0,
                // The package's type knows three tags; the wire takes any.
                tag: tag as "issue",
                value,
            }));
        case "SOA":
            return [soaData(properties.SOARecord)];
    }
}

function soaData(soa: RecordSetProperties["SOARecord"]) {
    const { host, email, serialNumber, refreshTime, retryTime, expireTime, minimumTTL } = {
        ...startOfAuthority(),
        ...soa,
    };
    return {
        mname: withoutDot(host ?? ""),
        rname: withoutDot(email ?? ""),
        serial: serialNumber,
        refresh: refreshTime,
        retry: retryTime,
        expire: expireTime,
        minimum: minimumTTL,
    };
}

/** `azurecontainer.io` and `cloudapp.azure.com` with the names that were given. */
function azureZone(name: string, resources: readonly Resource[]): ServedZone {
    const names = apexOf();
    for (const { hidden } of resources) {
        const { fqdn, ip } = hidden;
        if (typeof fqdn !== "string" || !fqdn.endsWith(`.${name}`)) continue;
        const relative = fqdn.slice(0, -name.length - 1);
        // A stopped group keeps its name and has no address.
        const records = typeof ip === "string" ? [ip] : [];
        add(names, relative, "A", { ttl: ADDRESS_TTL_S, records });
    }
    return { name, names };
}

/** The zone around a server with one address. */
function zoneOfHost(name: string, address: string): ServedZone {
    const [host = "", ...zone] = name.split(".");
    const names = apexOf();
    add(names, host, "A", { ttl: ADDRESS_TTL_S, records: [address] });
    return { name: zone.join("."), names };
}

function apexOf(): Map<string, Map<RecordType, ServedRecordSet>> {
    const soa = { ttl: 3_600, records: [soaData(startOfAuthority())] };
    const servers = { ttl: 172_800, records: NAME_SERVERS.map(withoutDot) };
    return new Map([
        [
            "@",
            new Map<RecordType, ServedRecordSet>([
                ["SOA", soa],
                ["NS", servers],
            ]),
        ],
    ]);
}

function add(
    names: Map<string, Map<RecordType, ServedRecordSet>>,
    name: string,
    type: RecordType,
    set: ServedRecordSet,
): void {
    const types = names.get(name) ?? new Map<RecordType, ServedRecordSet>();
    names.set(name, types.set(type, set));
}

function withoutDot(name: string): string {
    return name.replace(/\.$/, "");
}
