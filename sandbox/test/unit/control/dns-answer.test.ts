import * as dnsPacket from "dns-packet";
import { describe, expect, it } from "vitest";
import { Rcode, resolve } from "../../../control/dns/answer";
import { reply } from "../../../control/dns/packets";
import { servedZones, zonesForPods } from "../../../control/dns/zones";
import type { Resource } from "../../../control/state/resource";

const base = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
const made = {
    envelope: {},
    hidden: {},
    provisioningState: "Succeeded",
    createdAt: "2026-01-01T00:00:00.000Z",
} as const;

const zone = (name: string): Resource[] => [
    { ...made, id: `${base}/dnszones/${name}`, name, type: "Microsoft.Network/dnszones", properties: {} },
    set(name, "@", "SOA", {
        TTL: 3600,
        SOARecord: { host: "ns1.example.", email: "admin.example", minimumTTL: 300 },
    }),
    set(name, "@", "NS", { TTL: 172800, NSRecords: [{ nsdname: "ns1-01.azure-dns.com." }] }),
];

function set(zone: string, name: string, type: string, properties: object): Resource {
    return {
        ...made,
        id: `${base}/dnszones/${zone}/${type}/${name}`,
        name,
        type: `Microsoft.Network/dnszones/${type}`,
        properties: { ...properties },
    };
}

const a = (zone: string, name: string, ...addresses: string[]) =>
    set(zone, name, "A", { TTL: 60, ARecords: addresses.map(ipv4Address => ({ ipv4Address })) });
const cname = (zone: string, name: string, target: string) =>
    set(zone, name, "CNAME", { TTL: 60, CNAMERecord: { cname: target } });

const iris: Resource = {
    ...made,
    id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance/containerGroups/iris",
    name: "iris",
    type: "Microsoft.ContainerInstance/containerGroups",
    properties: {},
    hidden: { ip: "127.0.61.1", fqdn: "iris-abc123.westeurope.azurecontainer.io" },
};
const address: Resource = {
    ...made,
    id: `${base}/publicIPAddresses/front`,
    name: "front",
    type: "Microsoft.Network/publicIPAddresses",
    properties: {},
    hidden: { ip: "127.0.62.1", fqdn: "front.westeurope.cloudapp.azure.com" },
};

const resources = [
    ...zone("contoso.com"),
    a("contoso.com", "www", "127.0.0.1", "127.0.0.2"),
    cname("contoso.com", "score", "Iris-abc123.westeurope.azurecontainer.io."),
    cname("contoso.com", "outside", "elsewhere.example"),
    cname("contoso.com", "broken", "nothing.contoso.com"),
    cname("contoso.com", "loop-1", "loop-2.contoso.com"),
    cname("contoso.com", "loop-2", "loop-1.contoso.com"),
    a("contoso.com", "deep.below", "127.0.0.3"),
    a("contoso.com", "*.wild", "127.0.0.4"),
    a("contoso.com", "named.wild", "127.0.0.5"),
    set("contoso.com", "child", "NS", { TTL: 60, NSRecords: [{ nsdname: "ns.fabrikam.com" }] }),
    set("contoso.com", "@", "A", { TTL: 30, targetResource: { id: address.id.toUpperCase() } }),
    ...zone("zone.contoso.com"),
    a("zone.contoso.com", "www", "127.0.0.6"),
    set("contoso.com", "long", "TXT", {
        TTL: 60,
        TXTRecords: Array.from({ length: 20 }, (_, n) => ({ value: [`${n}`.repeat(60)] })),
    }),
    iris,
    address,
];
const zones = servedZones(resources, { dns: "127.0.60.53", arm: "127.0.60.1" });

function ask(name: string, type: dnsPacket.RecordType = "A") {
    const { rcode, authoritative, answers, authorities } = resolve({ name, type }, zones);
    const shown = (list: dnsPacket.Answer[]) =>
        list.map(
            one =>
                `${one.name} ${"ttl" in one ? one.ttl : ""} ${one.type} ${"data" in one ? JSON.stringify(one.data) : ""}`,
        );
    return { rcode, authoritative, answers: shown(answers), authorities: shown(authorities) };
}

describe("an answer for pods", () => {
    const forPods = (name: string) => resolve({ name, type: "A" }, zonesForPods(zones));

    it("contains the addresses by which pods reach the host", () => {
        expect(forPods("score.contoso.com").answers.at(-1)).toMatchObject({ data: "198.18.61.1" });
        expect(forPods("management.azure.com").answers).toMatchObject([{ data: "198.18.60.1" }]);
        expect(forPods("login.microsoftonline.com").answers).toMatchObject([{ data: "198.18.60.1" }]);
        expect(forPods("ns1-01.azure-dns.com").answers).toMatchObject([{ data: "198.18.60.53" }]);
    });

    it("is NXDOMAIN for an unknown name, which the server otherwise refuses", () => {
        expect(ask("nowhere.example").rcode).toBe(Rcode.Refused);
        expect(forPods("nowhere.example")).toMatchObject({
            rcode: Rcode.NameError,
            authorities: [{ type: "SOA" }],
        });
    });
});

describe("an answer", () => {
    it("has every record of the set, with the name in the case of the query", () => {
        expect(ask("WWW.contoso.com")).toEqual({
            rcode: Rcode.NoError,
            authoritative: true,
            answers: ['WWW.contoso.com 60 A "127.0.0.1"', 'WWW.contoso.com 60 A "127.0.0.2"'],
            authorities: [],
        });
    });

    it("follows a CNAME into another zone, in any case", () => {
        expect(ask("score.contoso.com")).toMatchObject({
            rcode: Rcode.NoError,
            answers: [
                'score.contoso.com 60 CNAME "Iris-abc123.westeurope.azurecontainer.io"',
                'Iris-abc123.westeurope.azurecontainer.io 10 A "127.0.61.1"',
            ],
        });
    });

    it("has only the CNAME if the query is for CNAME", () => {
        expect(ask("score.contoso.com", "CNAME").answers).toHaveLength(1);
    });

    it("has only the CNAME if its target is in no zone", () => {
        expect(ask("outside.contoso.com")).toMatchObject({
            rcode: Rcode.NoError,
            answers: ['outside.contoso.com 60 CNAME "elsewhere.example"'],
        });
    });

    it("is NXDOMAIN if the target of a CNAME does not exist (RFC 6604)", () => {
        const { rcode, answers, authorities } = ask("broken.contoso.com");
        expect({ rcode, answers: answers.length, authorities: authorities.length }).toEqual({
            rcode: Rcode.NameError,
            answers: 1,
            authorities: 1,
        });
    });

    it("is SERVFAIL for a loop of CNAMEs", () =>
        expect(ask("loop-1.contoso.com").rcode).toBe(Rcode.ServerFailure));

    it("is NXDOMAIN for a missing name and NODATA for a name without such records, each with the SOA", () => {
        const soa = ["contoso.com 300 SOA"];
        for (const [name, rcode] of [
            ["nothing.contoso.com", Rcode.NameError],
            ["below.contoso.com", Rcode.NoError],
        ] as const) {
            const result = ask(name);
            expect(result).toMatchObject({ rcode, authoritative: true, answers: [] });
            expect(result.authorities.map(one => one.split(" {")[0])).toEqual(soa);
        }
        expect(ask("www.contoso.com", "AAAA")).toMatchObject({ rcode: Rcode.NoError, answers: [] });
    });

    it("comes from a wildcard only if the name does not exist (RFC 4592)", () => {
        expect(ask("any.wild.contoso.com").answers).toEqual(['any.wild.contoso.com 60 A "127.0.0.4"']);
        expect(ask("named.wild.contoso.com").answers).toEqual(['named.wild.contoso.com 60 A "127.0.0.5"']);
        expect(ask("x.named.wild.contoso.com").rcode).toBe(Rcode.NameError);
        expect(ask("wild.contoso.com")).toMatchObject({ rcode: Rcode.NoError, answers: [] });
    });

    it("comes from the zone with the longest name", () => {
        expect(ask("www.zone.contoso.com").answers).toEqual(['www.zone.contoso.com 60 A "127.0.0.6"']);
    });

    it("is a referral for a delegated subdomain", () => {
        expect(ask("www.child.contoso.com")).toEqual({
            rcode: Rcode.NoError,
            authoritative: false,
            answers: [],
            authorities: ['child.contoso.com 60 NS "ns.fabrikam.com"'],
        });
    });

    it("resolves an alias to the address of its target", () => {
        expect(ask("contoso.com").answers).toEqual(['contoso.com 30 A "127.0.62.1"']);
        expect(ask("front.westeurope.cloudapp.azure.com").answers).toEqual([
            'front.westeurope.cloudapp.azure.com 10 A "127.0.62.1"',
        ]);
    });

    it("is a refusal for names in no zone", () => {
        expect(ask("example.org")).toEqual({
            rcode: Rcode.Refused,
            authoritative: false,
            answers: [],
            authorities: [],
        });
        expect(ask("notcontoso.com").rcode).toBe(Rcode.Refused);
    });

    it("is NXDOMAIN for an unused label in an Azure zone", () => {
        expect(ask("free.westeurope.azurecontainer.io")).toMatchObject({
            rcode: Rcode.NameError,
            authoritative: true,
        });
    });

    it("resolves the names of its name servers", () => {
        expect(ask("ns1-01.azure-dns.com").answers).toEqual(['ns1-01.azure-dns.com 10 A "127.0.60.53"']);
    });
});

describe("a reply", () => {
    const query = (name: string, type: dnsPacket.RecordType, udpPayloadSize?: number) =>
        dnsPacket.encode({
            type: "query",
            id: 4711,
            flags: dnsPacket.RECURSION_DESIRED,
            questions: [{ name, type }],
            ...(udpPayloadSize !== undefined && {
                additionals: [
                    {
                        type: "OPT",
                        name: ".",
                        udpPayloadSize,
                        extendedRcode: 0,
                        ednsVersion: 0,
                        flags: 0,
                        flag_do: false,
                        options: [],
                    },
                ],
            }),
        });
    const decoded = (packet: Buffer | undefined) => dnsPacket.decode(packet ?? Buffer.alloc(0));

    it("is truncated over UDP if it is too large, and complete over TCP", () => {
        const long = query("long.contoso.com", "TXT");
        const udp = decoded(reply(long, zones, "udp"));
        expect(udp).toMatchObject({
            id: 4711,
            flag_tc: true,
            flag_aa: true,
            flag_rd: true,
            flag_ra: false,
            answers: [],
        });
        const tcp = decoded(reply(long, zones, "tcp"));
        expect(tcp).toMatchObject({ flag_tc: false });
        expect(tcp.answers).toHaveLength(20);
    });

    it("may be larger with EDNS, up to 1232 bytes", () => {
        expect(reply(query("long.contoso.com", "TXT", 4096), zones, "udp")?.length).toBeLessThanOrEqual(1232);
        const some = reply(query("contoso.com", "SOA", 1232), zones, "udp");
        expect(decoded(some).additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1232 }]);
    });

    it("is FORMERR for a malformed query, and nothing for a packet that is not a query", () => {
        const broken = query("www.contoso.com", "A").subarray(0, 20);
        const answer = reply(broken, zones, "udp");
        expect([answer?.readUInt16BE(0), (answer?.readUInt16BE(2) ?? 0) & 15]).toEqual([
            4711,
            Rcode.FormatError,
        ]);
        expect(reply(Buffer.from("short"), zones, "udp")).toBeUndefined();
        const response = dnsPacket.encode({ type: "response", id: 1, questions: [] });
        expect(reply(response, zones, "udp")).toBeUndefined();
    });

    it("is NOTIMP for another opcode", () => {
        const update = query("www.contoso.com", "A");
        update.writeUInt16BE(5 << 11, 2);
        expect((reply(update, zones, "udp")?.readUInt16BE(2) ?? 0) & 15).toBe(Rcode.NotImplemented);
    });
});
