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

/** A resource that an alias can refer to. */
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
        ["of type A with a TXT record set of the same name", proposed("A", a, { neighbours: ["TXT"] })],
        ["of type CNAME without other record sets of its name", proposed("CNAME", cname)],
        [
            "for an ACME challenge",
            proposed("TXT", { TXTRecords: [{ value: ["x"] }] }, { name: "_acme-challenge.score" }),
        ],
        ["that is a wildcard", proposed("A", a, { name: "*.apps" })],
        ["that is an alias of a public IP address, without TTL", proposed("A", alias, { target: address })],
        [
            "that is an alias of a record set in its zone",
            proposed("A", alias, { target: sibling(zoneId, { ARecords: [] }) }),
        ],
        [
            "of the apex's SOA",
            proposed("SOA", { SOARecord: { refreshTime: 1 } }, { name: "@", exists: true }),
        ],
    ])("%s is accepted", (_, set) => expect(refusal(() => checkRecordSet(set))).toBeUndefined());

    it.each<[because: string, refused: string, set: ProposedRecordSet]>([
        ["a CNAME is at the apex", "400 BadRequest", proposed("CNAME", cname, { name: "@" })],
        [
            "other record sets have the name of a CNAME",
            "409 Conflict",
            proposed("CNAME", cname, { neighbours: ["TXT"] }),
        ],
        ["a CNAME has the same name", "409 Conflict", proposed("A", a, { neighbours: ["CNAME"] })],
        ["it has no records", "400 BadRequest", proposed("A", { aRecords: [] })],
        ["it has records of another type", "400 BadRequest", proposed("A", { ...a, ...cname })],
        ["it has no TTL", "400 BadRequest", proposed("A", { ...a, TTL: undefined })],
        ["its TTL is 0", "400 BadRequest", proposed("A", { ...a, TTL: 0 })],
        ["its TTL is too large", "400 BadRequest", proposed("A", { ...a, TTL: 2 ** 31 })],
        [
            "its target is not a domain name",
            "400 BadRequest",
            proposed("CNAME", { CNAMERecord: { cname: "https://x/y" } }),
        ],
        ["its name is invalid", "400 BadRequest", proposed("A", a, { name: "a b" })],
        [
            "it is an alias with records",
            "400 BadRequest",
            proposed("A", { ...a, targetResource: { id: "/x" } }),
        ],
        ["its target does not exist", "400 BadRequest", proposed("A", alias)],
        [
            "a CNAME alias refers to an address",
            "400 BadRequest",
            proposed("CNAME", alias, { target: address }),
        ],
        [
            "an AAAA alias refers to an IPv4 address",
            "400 BadRequest",
            proposed("AAAA", alias, { target: address }),
        ],
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
        ["a TXT record set is an alias", "400 BadRequest", proposed("TXT", { targetResource: { id: "/x" } })],
        ["an SOA record set is not at the apex", "400 BadRequest", proposed("SOA", {})],
        [
            "the apex would have no name server of Azure",
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
