import type { ControlContext } from "../../context";
import { NAME_SERVERS } from "../../dns/name-servers";
import { canonicalMembers, RECORD_TYPES, recordSetProperties, type RecordType } from "../../dns/record-set";
import { checkRecordSet, checkRecordSetDeletion } from "../../dns/record-set-rules";
import type { JsonObject, Resource } from "../../state/resource";
import { parseBody } from "../body";
import { parseArmAddress, resourceId } from "../resource-id";
import type { ResourceType } from "../resource-type";
import { DNS_ZONES } from "./dns-zones";

/** Microsoft.Network/dnsZones/A and its sisters: one resource type for each type of record. */
export function dnsRecordSets(context: ControlContext): ResourceType[] {
    return RECORD_TYPES.map(type => dnsRecordSet(type, context));
}

function dnsRecordSet(type: RecordType, { store }: ControlContext): ResourceType {
    /** @param zoneId id of the zone @param name relative name of the record set */
    function checked(
        zoneId: string,
        zone: string,
        name: string,
        content: unknown,
        before?: Resource,
    ): JsonObject {
        const members = canonicalMembers(content ?? {});
        // What makes a zone a zone stays Azure's: a client may change only the SOA's times.
        const soa = before?.properties.SOARecord as object | undefined;
        if (type === "SOA" && soa)
            members.SOARecord = { ...soa, ...(members.SOARecord as object | undefined) };
        const properties = parseBody(recordSetProperties, members);
        checkRecordSet({
            zone,
            name,
            type,
            properties,
            neighbours: RECORD_TYPES.filter(
                other => other !== type && store.get(`${zoneId}/${other}/${name}`),
            ),
            exists: before !== undefined,
            target: store.get(properties.targetResource?.id ?? ""),
            zoneId,
            nameServers: NAME_SERVERS,
        });
        return properties;
    }

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
            return { properties: checked(zoneId, zone, name, body.properties, existing) };
        },

        patch(existing, body) {
            const [zone = ""] = parseArmAddress(existing.id).names;
            const zoneId = existing.id.split("/").slice(0, -2).join("/");
            const content = {
                ...existing.properties,
                ...canonicalMembers(body.properties ?? {}),
            };
            return { properties: checked(zoneId, zone, existing.name, content, existing) };
        },

        checkDelete: ({ name }) => checkRecordSetDeletion(name, type),

        view({ id, name, properties }) {
            const [zone = ""] = parseArmAddress(id).names;
            const fqdn = `${name === "@" ? "" : `${name}.`}${zone}.`;
            return { fqdn, targetResource: {}, ...properties };
        },
    };
}
