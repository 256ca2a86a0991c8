import { addressForPods } from "../../node/settings";
import type { Resource } from "../state/resource";
import { sameId } from "../arm/resource-id";
import { NAME_SERVERS, startOfAuthority } from "./name-servers";
import { RECORD_TYPES, type RecordSetProperties, recordSetProperties, type RecordType } from "./record-set";
import { isAlias } from "./record-set-rules";
import type { RecordData, ServedRecordSet, ServedZone } from "./zone-data";

const DNS_ZONE = "microsoft.network/dnszones";

/** TTL of the names that Azure generates from labels, in seconds. Azure's is short too. */
const ADDRESS_TTL_S = 10;

/** TTL of an alias record set without a TTL whose target has none either, in seconds. */
const ALIAS_TTL_S = 60;

/** The zones of the names that Azure generates from labels. */
const AZURE_ZONES = ["azurecontainer.io", "cloudapp.azure.com"];

/** Host names of Azure's endpoints. All resolve to the sandbox's ARM server. */
export const ENDPOINTS = ["management.azure.com", "login.microsoftonline.com"];

/** The addresses of the servers of this sandbox. */
export interface ServerAddresses {
    dns: string;
    arm: string;
}

/** All zones of the DNS server: those of Azure DNS ("Overview of DNS zones and records"), and Azure's own. */
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
 * The zones for pods. Addresses are those that pods reach the host by, and a root zone is added, so that the answer for
 * other names is NXDOMAIN instead of a refusal.
 */
export function zonesForPods(zones: readonly ServedZone[]): ServedZone[] {
    const translated = (type: RecordType, set: ServedRecordSet): ServedRecordSet => ({
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
                    new Map([...types].map(([type, set]) => [type, translated(type, set)])),
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

/** The records of an alias: those of a public IP address or of another record set. None if the target does not exist. */
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
                // The type of the package allows three tags, the protocol any.
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

/** `azurecontainer.io` or `cloudapp.azure.com`, with the names of container groups and public IP addresses. */
function azureZone(name: string, resources: readonly Resource[]): ServedZone {
    const names = apexOf();
    for (const { hidden } of resources) {
        const { fqdn, ip } = hidden;
        if (typeof fqdn !== "string" || !fqdn.endsWith(`.${name}`)) continue;
        const relative = fqdn.slice(0, -name.length - 1);
        // A stopped group has a name and no address.
        const records = typeof ip === "string" ? [ip] : [];
        add(names, relative, "A", { ttl: ADDRESS_TTL_S, records });
    }
    return { name, names };
}

/** A zone that contains one host. */
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
