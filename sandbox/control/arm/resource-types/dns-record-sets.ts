import { NAME_SERVERS } from "../../dns/name-servers";
import { canonicalMembers, RECORD_TYPES, recordSetProperties, type RecordType } from "../../dns/record-set";
import { checkRecordSet, checkRecordSetDeletion } from "../../dns/record-set-rules";
import type { JsonObject, Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { parseBody } from "../body";
import { parseArmAddress, resourceId } from "../resource-id";
import type { ResourceType } from "../resource-type";
import type { ControlContext } from "./context";
import { DNS_ZONES } from "./dns-zones";

/** Microsoft.Network/dnsZones/A, …/AAAA and so on (REST API 2018-05-01): one resource type for each record type. */
export function dnsRecordSets({ store }: ControlContext): ResourceType[] {
    return RECORD_TYPES.map(type => dnsRecordSet(type, store));
}

function dnsRecordSet(type: RecordType, store: Store): ResourceType {
    return {
        type: `${DNS_ZONES}/${type}`,
        firstApiVersion: "2015-05-04-preview",
        location: "none",
        putStyle: "synchronous",
        deleteStyle: "synchronous",
        etags: true,
        bareErrors: true,

        put({ subscription, resourceGroup, names, name, body, existing }) {
            const [zone = ""] = names;
            const zoneId = resourceId(subscription, resourceGroup, DNS_ZONES, [zone]);
            const content = body.properties ?? {};
            return { properties: checkedProperties({ type, zoneId, zone, name, content, existing }, store) };
        },

        patch(existing, body) {
            const [zone = ""] = parseArmAddress(existing.id).names;
            const zoneId = existing.id.split("/").slice(0, -2).join("/");
            const content = { ...existing.properties, ...canonicalMembers(body.properties ?? {}) };
            const { name } = existing;
            return { properties: checkedProperties({ type, zoneId, zone, name, content, existing }, store) };
        },

        checkDelete: ({ name }) => checkRecordSetDeletion(name, type),

        view({ id, name, properties }) {
            const [zone = ""] = parseArmAddress(id).names;
            const fqdn = `${name === "@" ? "" : `${name}.`}${zone}.`;
            return { fqdn, targetResource: {}, ...properties };
        },
    };
}

interface RecordSetChange {
    type: RecordType;
    /** Id and name of the zone. */
    zoneId: string;
    zone: string;
    /** Relative to the zone. */
    name: string;
    /** The requested `properties`. */
    content: object;
    existing: Resource | undefined;
}

/** @throws ArmError if Azure DNS would refuse the change */
function checkedProperties(change: RecordSetChange, store: Store): JsonObject {
    const { type, zoneId, zone, name, content, existing } = change;
    const members = canonicalMembers(content);
    // Azure keeps the host and other members of the SOA record that a request does not set.
    const soa = existing?.properties.SOARecord as object | undefined;
    if (type === "SOA" && soa) members.SOARecord = { ...soa, ...(members.SOARecord as object | undefined) };
    const properties = parseBody(recordSetProperties, members);
    checkRecordSet({
        zone,
        name,
        type,
        properties,
        neighbours: RECORD_TYPES.filter(other => other !== type && store.get(`${zoneId}/${other}/${name}`)),
        exists: existing !== undefined,
        target: store.get(properties.targetResource?.id ?? ""),
        zoneId,
        nameServers: NAME_SERVERS,
    });
    return properties;
}
