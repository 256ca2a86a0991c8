import { describe, expect, it } from "vitest";
import { ArmError } from "../../../control/arm/errors";
import { canonicalMembers, recordSetProperties, type RecordType } from "../../../control/dns/record-set";
import {
    checkRecordSet,
    checkRecordSetDeletion,
    type ProposedRecordSet,
} from "../../../control/dns/record-set-rules";
import type { Resource } from "../../../control/state/resource";

function proposed(
    type: RecordType,
    properties: object,
    more: Partial<ProposedRecordSet> = {},
): ProposedRecordSet {
    return {
        zone: "contoso.com",
        name: "www",
        type,
        properties: recordSetProperties.parse(canonicalMembers({ TTL: 60, ...properties })),
        neighbours: [],
        exists: false,
        zoneId,
        nameServers: ["ns1-01.azure-dns.com."],
        ...more,
    };
}

function refusal(work: () => void): string | undefined {
    try {
        work();
        return undefined;
    } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        return `${error.status} ${error.code}`;
    }
}

const zoneId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnszones/contoso.com";

/** What an alias could refer to. */
function target(id: string, type: string, properties: object = {}): Resource {
    return {
        id,
        name: id.split("/").at(-1) ?? "",
        type: `Microsoft.Network/${type}`,
        envelope: {},
        properties: { ...properties },
        hidden: {},
        provisioningState: "Succeeded",
        createdAt: "2026-01-01T00:00:00.000Z",
    };
}

const alias = { TTL: undefined, targetResource: { id: "/x" } };
const address = target("/x", "publicIPAddresses");
const sibling = (zone: string, properties: object) => target(`${zone}/A/www`, "dnszones/A", properties);

const a = { aRecords: [{ ipv4Address: "127.0.0.1" }] };
const cname = { CNAMERecord: { cname: "elsewhere.example." } };

describe("a record set", () => {
    it.each<[what: string, set: ProposedRecordSet]>([
        ["of addresses beside texts", proposed("A", a, { neighbours: ["TXT"] })],
        ["that is a CNAME alone", proposed("CNAME", cname)],
        [
            "for a challenge",
            proposed("TXT", { TXTRecords: [{ value: ["x"] }] }, { name: "_acme-challenge.score" }),
        ],
        ["that is a wildcard", proposed("A", a, { name: "*.apps" })],
        ["that is an alias of an address without a time to live", proposed("A", alias, { target: address })],
        [
            "that is an alias of another one in its zone",
            proposed("A", alias, { target: sibling(zoneId, { ARecords: [] }) }),
        ],
        [
            "of the apex's SOA",
            proposed("SOA", { SOARecord: { refreshTime: 1 } }, { name: "@", exists: true }),
        ],
    ])("%s is taken", (_, set) => expect(refusal(() => checkRecordSet(set))).toBeUndefined());

    it.each<[because: string, refused: string, set: ProposedRecordSet]>([
        ["a CNAME is at the apex", "400 BadRequest", proposed("CNAME", cname, { name: "@" })],
        ["a CNAME is beside others", "409 Conflict", proposed("CNAME", cname, { neighbours: ["TXT"] })],
        ["others are beside a CNAME", "409 Conflict", proposed("A", a, { neighbours: ["CNAME"] })],
        ["it has no records", "400 BadRequest", proposed("A", { aRecords: [] })],
        ["it has records of another type", "400 BadRequest", proposed("A", { ...a, ...cname })],
        ["it has no time to live", "400 BadRequest", proposed("A", { ...a, TTL: undefined })],
        ["its time to live is 0", "400 BadRequest", proposed("A", { ...a, TTL: 0 })],
        ["its time to live is too long", "400 BadRequest", proposed("A", { ...a, TTL: 2 ** 31 })],
        [
            "its target is not a name",
            "400 BadRequest",
            proposed("CNAME", { CNAMERecord: { cname: "https://x/y" } }),
        ],
        ["its name is not one", "400 BadRequest", proposed("A", a, { name: "a b" })],
        [
            "it is an alias with records",
            "400 BadRequest",
            proposed("A", { ...a, targetResource: { id: "/x" } }),
        ],
        ["its target does not exist", "400 BadRequest", proposed("A", alias)],
        ["its target has no name", "400 BadRequest", proposed("CNAME", alias, { target: address })],
        ["its target is an IPv4 address", "400 BadRequest", proposed("AAAA", alias, { target: address })],
        [
            "its target is in another zone",
            "400 BadRequest",
            proposed("A", alias, { target: sibling(`${zoneId}.example`, { ARecords: [] }) }),
        ],
        [
            "its target is an alias",
            "400 BadRequest",
            proposed("A", alias, { target: sibling(zoneId, { targetResource: { id: "/y" } }) }),
        ],
        ["texts cannot be aliases", "400 BadRequest", proposed("TXT", { targetResource: { id: "/x" } })],
        ["SOA is at the apex only", "400 BadRequest", proposed("SOA", {})],
        [
            "the apex would lose Azure's servers",
            "400 BadRequest",
            proposed("NS", { NSRecords: [{ nsdname: "ns.fabrikam.com." }] }, { name: "@", exists: true }),
        ],
    ])("is refused because %s", (_, refused, set) => {
        expect(refusal(() => checkRecordSet(set))).toBe(refused);
    });

    it.each<[name: string, type: RecordType, refused: string | undefined]>([
        ["@", "SOA", "400 BadRequest"],
        ["@", "NS", "400 BadRequest"],
        ["child", "NS", undefined],
        ["@", "A", undefined],
    ])("%s %s is deleted: %s", (name, type, refused) => {
        expect(refusal(() => checkRecordSetDeletion(name, type))).toBe(refused);
    });
});
