import { execa } from "execa";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { debianPackages, hasDebianPackages } from "../../../machine/debian";
import { all, group, LOCATION, refusal } from "../../testing/azure-clients";
import { azure, control, resolver, useControlPlane } from "./control-plane";

/** Tests DNS with Microsoft's client, the resolver of Node and dig, on a control plane without Kubernetes. */
useControlPlane();

describe("DNS zones and record sets", () => {
    const zone = "contoso.example";
    beforeEach(async () => {
        await azure.dns.zones.createOrUpdate("clients", zone, { location: "global" });
    });

    it("have SOA and NS records from the start", async () => {
        const { nameServers, etag } = await azure.dns.zones.get("clients", zone);
        expect(nameServers).toHaveLength(4);
        expect(etag).toMatch(/^[-0-9a-f]{36}$/);
        const sets = await all(azure.dns.recordSets.listAllByDnsZone("clients", zone));
        expect(sets.map(({ name, type }) => `${name} ${type}`)).toEqual(
            expect.arrayContaining(["@ Microsoft.Network/dnszones/SOA", "@ Microsoft.Network/dnszones/NS"]),
        );
        const servers = await resolver.resolveNs(zone);
        expect(servers.map(name => `${name}.`).sort()).toEqual([...(nameServers ?? [])].sort());
        expect(await resolver.resolve4(servers[0] ?? "")).toEqual([control.instance.dns.address]);
    });

    it("are created, changed, listed and deleted, and the DNS server answers accordingly", async () => {
        const { recordSets } = azure.dns;
        await recordSets.createOrUpdate("clients", zone, "www", "A", {
            ttl: 60,
            aRecords: [{ ipv4Address: "127.0.0.9" }],
        });
        expect(await resolver.resolve4(`www.${zone}`, { ttl: true })).toEqual([
            { address: "127.0.0.9", ttl: 60 },
        ]);
        const changed = await recordSets.update("clients", zone, "www", "A", {
            ttl: 5,
            metadata: { owner: "us" },
        });
        expect(changed).toMatchObject({
            ttl: 5,
            fqdn: `www.${zone}.`,
            aRecords: [{ ipv4Address: "127.0.0.9" }],
        });
        await recordSets.createOrUpdate("clients", zone, "www", "TXT", {
            ttl: 60,
            txtRecords: [{ value: ["a", "b"] }],
        });
        expect(await resolver.resolveTxt(`www.${zone}`)).toEqual([["a", "b"]]);
        await recordSets.createOrUpdate("clients", zone, "@", "MX", {
            ttl: 60,
            mxRecords: [{ preference: 10, exchange: `mail.${zone}` }],
        });
        expect(await resolver.resolveMx(zone)).toEqual([{ priority: 10, exchange: `mail.${zone}` }]);
        await recordSets.createOrUpdate("clients", zone, "@", "CAA", {
            ttl: 60,
            caaRecords: [{ flags: 0, tag: "issue", value: "letsencrypt.org" }],
        });
        expect(await resolver.resolveCaa(zone)).toEqual([{ critical: 0, issue: "letsencrypt.org" }]);
        await recordSets.createOrUpdate("clients", zone, "www", "AAAA", {
            ttl: 60,
            aaaaRecords: [{ ipv6Address: "::1" }],
        });
        expect(await resolver.resolve6(`www.${zone}`)).toEqual(["::1"]);
        expect((await all(recordSets.listByType("clients", zone, "A"))).map(({ name }) => name)).toEqual([
            "www",
        ]);
        await recordSets.delete("clients", zone, "www", "A");
        await recordSets.delete("clients", zone, "www", "A");
        await expect(resolver.resolve4(`www.${zone}`)).rejects.toMatchObject({ code: "ENODATA" });
    });

    it("resolve a CNAME to the address of a container group", async () => {
        await azure.containers.containerGroups.beginCreateOrUpdateAndWait(
            "clients",
            "scored",
            group("scored-abc123"),
        );
        const fqdn = `scored-abc123.${LOCATION}.azurecontainer.io`;
        await azure.dns.recordSets.createOrUpdate("clients", zone, "score", "CNAME", {
            ttl: 60,
            cnameRecord: { cname: fqdn },
        });
        const { ipAddress } = await azure.containers.containerGroups.get("clients", "scored");
        expect(await resolver.resolveCname(`score.${zone}`)).toEqual([fqdn]);
        expect(await resolver.resolve4(`score.${zone}`)).toEqual([ipAddress?.ip]);
    });

    it("resolve an alias to a public IP address", async () => {
        const address = await azure.network.publicIPAddresses.beginCreateOrUpdateAndWait(
            "clients",
            "aliased",
            {
                location: LOCATION,
                publicIPAllocationMethod: "Static",
                sku: { name: "Standard" },
            },
        );
        await azure.dns.recordSets.createOrUpdate("clients", zone, "@", "A", {
            ttl: 60,
            targetResource: { id: address.id },
        });
        expect(await resolver.resolve4(zone)).toEqual([address.ipAddress]);
        // The alias is empty after the deletion of the address, and resolves to a new address with the same name.
        await azure.network.publicIPAddresses.beginDeleteAndWait("clients", "aliased");
        await expect(resolver.resolve4(zone)).rejects.toMatchObject({ code: "ENODATA" });
        const dangling = azure.dns.recordSets.createOrUpdate("clients", zone, "dangling", "A", {
            ttl: 60,
            targetResource: { id: address.id },
        });
        expect(await refusal(dangling)).toMatchObject({ statusCode: 400, code: "BadRequest" });
        const renewed = await azure.network.publicIPAddresses.beginCreateOrUpdateAndWait(
            "clients",
            "aliased",
            { location: LOCATION, publicIPAllocationMethod: "Static", sku: { name: "Standard" } },
        );
        expect(await resolver.resolve4(zone)).toEqual([renewed.ipAddress]);
        expect(renewed.ipAddress).not.toBe(address.ipAddress);
    });

    it("are refused if a CNAME is at the apex or beside other records", async () => {
        const { recordSets } = azure.dns;
        const cname = { ttl: 60, cnameRecord: { cname: "elsewhere.example" } };
        expect(await refusal(recordSets.createOrUpdate("clients", zone, "@", "CNAME", cname))).toMatchObject({
            statusCode: 400,
            code: "BadRequest",
        });
        await recordSets.createOrUpdate("clients", zone, "busy", "TXT", {
            ttl: 60,
            txtRecords: [{ value: ["x"] }],
        });
        expect(await refusal(recordSets.createOrUpdate("clients", zone, "busy", "CNAME", cname))).toEqual({
            statusCode: 409,
            code: "Conflict",
            message:
                "The CNAME record could not be created because another record with the same name already exists in this zone.",
        });
        await recordSets.createOrUpdate("clients", zone, "alias", "CNAME", cname);
        const txt = recordSets.createOrUpdate("clients", zone, "alias", "TXT", {
            ttl: 60,
            txtRecords: [{ value: ["x"] }],
        });
        expect(await refusal(txt)).toMatchObject({ statusCode: 409, code: "Conflict" });
        expect(await refusal(recordSets.delete("clients", zone, "@", "SOA"))).toMatchObject({
            statusCode: 400,
        });
        expect(await refusal(recordSets.delete("clients", zone, "@", "NS"))).toMatchObject({
            statusCode: 400,
        });
    });

    it("are changed only if the ETag in the request matches", async () => {
        const { recordSets } = azure.dns;
        const a = (ipv4Address: string) => ({ ttl: 60, aRecords: [{ ipv4Address }] });
        const first = await recordSets.createOrUpdate("clients", zone, "etag", "A", a("127.0.0.1"), {
            ifNoneMatch: "*",
        });
        const again = recordSets.createOrUpdate("clients", zone, "etag", "A", a("127.0.0.2"), {
            ifNoneMatch: "*",
        });
        expect(await refusal(again)).toMatchObject({ statusCode: 412, code: "PreconditionFailed" });
        const second = await recordSets.createOrUpdate("clients", zone, "etag", "A", a("127.0.0.3"), {
            ifMatch: first.etag,
        });
        expect(second.etag).not.toBe(first.etag);
        const late = recordSets.createOrUpdate("clients", zone, "etag", "A", a("127.0.0.4"), {
            ifMatch: first.etag,
        });
        expect(await refusal(late)).toMatchObject({ statusCode: 412 });
        expect(
            await refusal(recordSets.delete("clients", zone, "etag", "A", { ifMatch: first.etag })),
        ).toMatchObject({ statusCode: 412 });
        await recordSets.delete("clients", zone, "etag", "A", { ifMatch: second.etag });
    });

    it("are deleted with their zone", async () => {
        await azure.dns.zones.createOrUpdate("clients", "deleted.example", { location: "global" });
        await azure.dns.zones.beginDeleteAndWait("clients", "deleted.example");
        await expect(resolver.resolveSoa("deleted.example")).rejects.toMatchObject({ code: "EREFUSED" });
        const orphan = azure.dns.recordSets.createOrUpdate("clients", "deleted.example", "www", "A", {
            ttl: 1,
            aRecords: [{ ipv4Address: "127.0.0.1" }],
        });
        expect(await refusal(orphan)).toMatchObject({ statusCode: 404, code: "ParentResourceNotFound" });
    });
});

describe.skipIf(!hasDebianPackages())("dig (needs packages of Debian or Ubuntu)", () => {
    const zone = "dig.example";
    let dig: (...question: string[]) => Promise<string>;

    beforeAll(async () => {
        const tree = await debianPackages(["bind9-dnsutils"]);
        const { address, port } = control.instance.dns;
        dig = async (...question) => {
            const args = [`@${address}`, "-p", String(port), "+noall", "+comments", "+answer", ...question];
            return (await execa(tree.path("usr/bin/dig"), args, { env: tree.environment })).stdout;
        };
        await azure.resources.resourceGroups.createOrUpdate("clients", { location: LOCATION });
        await azure.dns.zones.createOrUpdate("clients", zone, { location: "global" });
    });

    it("follows a custom domain to the address of a container group", async () => {
        await azure.containers.containerGroups.beginCreateOrUpdateAndWait(
            "clients",
            "dug",
            group("dug-abc123"),
        );
        const fqdn = `dug-abc123.${LOCATION}.azurecontainer.io`;
        const cnameRecord = { cname: fqdn };
        await azure.dns.recordSets.createOrUpdate("clients", zone, "score", "CNAME", {
            ttl: 60,
            cnameRecord,
        });
        const { ipAddress } = await azure.containers.containerGroups.get("clients", "dug");
        for (const transport of ["+notcp", "+tcp"]) {
            const output = await dig(`score.${zone}`, transport);
            expect(output).toContain("status: NOERROR");
            expect(output).toMatch(new RegExp(`score\\.${zone}\\.\\s+60\\s+IN\\s+CNAME\\s+${fqdn}\\.`));
            expect(output).toMatch(new RegExp(`${fqdn}\\.\\s+10\\s+IN\\s+A\\s+${ipAddress?.ip}`));
        }
    });

    it("uses TCP for answers that are too long for UDP", async () => {
        const txtRecords = Array.from({ length: 20 }, (_, index) => ({
            value: [String(index).repeat(100).slice(0, 200)],
        }));
        await azure.dns.recordSets.createOrUpdate("clients", zone, "long", "TXT", { ttl: 60, txtRecords });
        const truncated = await dig(`long.${zone}`, "TXT", "+ignore", "+noedns");
        expect(truncated).toMatch(/flags: qr aa tc rd;/);
        const whole = await dig(`long.${zone}`, "TXT");
        expect(whole.split("\n").filter(line => line.includes("IN\tTXT"))).toHaveLength(20);
    });

    it.each([
        ["nothing.dig.example", "NXDOMAIN"],
        ["dig.example", "NOERROR"],
        ["example.org", "REFUSED"],
        ["unknown.westeurope.azurecontainer.io", "NXDOMAIN"],
    ])("gets for %s the status %s", async (name, status) =>
        expect(await dig(name)).toContain(`status: ${status}`),
    );
});
