import { randomUUID } from "node:crypto";
import type { ControlContext } from "../../context";
import { recordSetProperties } from "../../dns/record-set";
import { NAME_SERVERS, startOfAuthority } from "../../dns/name-servers";
import type { Resource } from "../../state/resource";
import { ArmError } from "../errors";
import type { ResourceType } from "../resource-type";

/** Azure DNS answers its types in lower case. */
export const DNS_ZONES = "Microsoft.Network/dnszones";

const NAME =
    /^(?=.{3,253}$)[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)+$/i;

const NS_TTL_S = 172_800;
const SOA_TTL_S = 3_600;

/** Microsoft.Network/dnsZones, public zones. */
export function dnsZones({ store, clock }: ControlContext): ResourceType {
    function recordSets(zone: Resource): Resource[] {
        return store
            .below(zone.id)
            .filter(({ type }) => type.toLowerCase().startsWith(`${DNS_ZONES.toLowerCase()}/`));
    }

    /** SOA and NS are there from the beginning. */
    function addApex(zone: Resource, type: "SOA" | "NS", properties: object): void {
        store.put({
            id: `${zone.id}/${type}/@`,
            name: "@",
            type: `${DNS_ZONES}/${type}`,
            etag: randomUUID(),
            envelope: {},
            properties: recordSetProperties.parse(properties),
            hidden: {},
            provisioningState: "Succeeded",
            createdAt: clock().toISOString(),
        });
    }

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

        created(zone) {
            if (store.get(`${zone.id}/SOA/@`)) return;
            addApex(zone, "SOA", { TTL: SOA_TTL_S, SOARecord: startOfAuthority() });
            addApex(zone, "NS", { TTL: NS_TTL_S, NSRecords: NAME_SERVERS.map(nsdname => ({ nsdname })) });
        },

        view: zone => ({
            ...zone.properties,
            maxNumberOfRecordSets: 10_000,
            numberOfRecordSets: recordSets(zone).length,
            nameServers: NAME_SERVERS,
        }),

        actions: (["recordsets", "all"] as const).map(path => ({
            method: "GET",
            path,
            run: async (zone, { listed }) => ({ status: 200, body: await listed(recordSets(zone)) }),
        })),
    };
}
