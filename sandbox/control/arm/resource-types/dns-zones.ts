import { randomUUID } from "node:crypto";
import { recordSetProperties } from "../../dns/record-set";
import { NAME_SERVERS, startOfAuthority } from "../../dns/name-servers";
import type { Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { ArmError } from "../errors";
import type { ResourceType } from "../resource-type";
import type { ControlContext } from "./context";

/** Azure DNS returns its type names with `dnszones` in lower case. */
export const DNS_ZONES = "Microsoft.Network/dnszones";

const NAME =
    /^(?=.{3,253}$)[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)+$/i;

const NS_TTL_S = 172_800;
const SOA_TTL_S = 3_600;

/** Microsoft.Network/dnsZones (REST API 2018-05-01), public zones. The DNS server serves them (`dns/zones.ts`). */
export function dnsZones({ store, clock }: ControlContext): ResourceType {
    return {
        type: DNS_ZONES,
        firstApiVersion: "2015-05-04-preview",
        location: "global",
        putStyle: "synchronous",
        deleteStyle: "Location",
        etags: true,
        bareErrors: true,

        put({ name }) {
            if (!NAME.test(name)) {
                throw new ArmError(400, "BadRequest", `The zone name '${name}' is invalid.`);
            }
            return { properties: { zoneType: "Public" } };
        },

        /** Every zone has an SOA and an NS record set at its apex. */
        created(zone) {
            if (store.get(`${zone.id}/SOA/@`)) return;
            const createdAt = clock().toISOString();
            for (const recordSet of apexRecordSets(zone, createdAt)) store.put(recordSet);
        },

        view: zone => ({
            ...zone.properties,
            maxNumberOfRecordSets: 10_000,
            numberOfRecordSets: recordSetsOf(zone, store).length,
            nameServers: NAME_SERVERS,
        }),

        actions: (["recordsets", "all"] as const).map(path => ({
            method: "GET",
            path,
            run: async (zone, { listed }) => ({ status: 200, body: await listed(recordSetsOf(zone, store)) }),
        })),
    };
}

function recordSetsOf(zone: Resource, store: Store): Resource[] {
    return store
        .below(zone.id)
        .filter(({ type }) => type.toLowerCase().startsWith(`${DNS_ZONES.toLowerCase()}/`));
}

function apexRecordSets(zone: Resource, createdAt: string): Resource[] {
    const properties = {
        SOA: { TTL: SOA_TTL_S, SOARecord: startOfAuthority() },
        NS: { TTL: NS_TTL_S, NSRecords: NAME_SERVERS.map(nsdname => ({ nsdname })) },
    };
    return (["SOA", "NS"] as const).map(type => ({
        id: `${zone.id}/${type}/@`,
        name: "@",
        type: `${DNS_ZONES}/${type}`,
        etag: randomUUID(),
        envelope: {},
        properties: recordSetProperties.parse(properties[type]),
        hidden: {},
        provisioningState: "Succeeded",
        createdAt,
    }));
}
