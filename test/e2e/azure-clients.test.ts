import { createDefaultHttpClient, createPipelineRequest } from "@azure/core-rest-pipeline";
import { execa } from "execa";
import { existsSync, readFileSync, statSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { debianPackages, hasDebianPackages } from "../../tools/debian";
import {
    all,
    type AzureClients,
    azureClients,
    ControlProcess,
    LOCATION,
    refusal,
    SUBSCRIPTION,
} from "./azure-clients-sandbox";

/** Microsoft's clients against a control plane without Kubernetes. */
let control: ControlProcess;
let azure: AzureClients;
let resolver: Resolver;

beforeAll(async () => {
    control = await ControlProcess.start(14);
    azure = azureClients(control.instance);
    resolver = new Resolver();
    resolver.setServers([`${control.instance.dns.address}:${control.instance.dns.port}`]);
});
afterAll(() => control.stop());

const container = {
    name: "web",
    image: "web:1",
    ports: [{ port: 443 }],
    resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
};
const group = (dnsNameLabel: string) => ({
    location: LOCATION,
    osType: "Linux",
    containers: [container],
    ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel },
});

beforeEach(async () => {
    await azure.resources.resourceGroups.createOrUpdate("clients", { location: LOCATION });
});

describe("resource groups", () => {
    it("are created, listed, tagged, and deleted with what is in them", async () => {
        const { resourceGroups } = azure.resources;
        const created = await resourceGroups.createOrUpdate("Short-Lived", {
            location: "West Europe",
            tags: { a: "b" },
        });
        expect(created).toMatchObject({
            id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/Short-Lived`,
            name: "Short-Lived",
            location: LOCATION,
            tags: { a: "b" },
            properties: { provisioningState: "Succeeded" },
        });
        expect((await resourceGroups.get("short-lived")).name).toBe("Short-Lived");
        expect((await resourceGroups.checkExistence("SHORT-LIVED")).body).toBe(true);
        await azure.dns.zones.createOrUpdate("short-lived", "short.example", { location: "global" });
        await azure.containers.containerGroups.beginCreateOrUpdateAndWait(
            "short-lived",
            "web",
            group("short-lived"),
        );
        const inside = await all(azure.resources.resources.listByResourceGroup("short-lived"));
        expect(inside.map(({ type }) => type).sort()).toEqual([
            "Microsoft.ContainerInstance/containerGroups",
            "Microsoft.Network/dnszones",
        ]);

        await resourceGroups.beginDeleteAndWait("short-lived");
        expect((await resourceGroups.checkExistence("short-lived")).body).toBe(false);
        expect(await refusal(azure.dns.zones.get("short-lived", "short.example"))).toMatchObject({
            statusCode: 404,
            code: "ResourceGroupNotFound",
        });
        // What was in the group is gone too, not merely out of sight.
        await resourceGroups.createOrUpdate("short-lived", { location: LOCATION });
        expect(await all(azure.resources.resources.listByResourceGroup("short-lived"))).toEqual([]);
        await resourceGroups.beginDeleteAndWait("short-lived");
    });

    it("are refused in another region than before", async () => {
        const moved = azure.resources.resourceGroups.createOrUpdate("clients", { location: "northeurope" });
        expect(await refusal(moved)).toMatchObject({ statusCode: 409, code: "InvalidResourceLocation" });
    });
});

describe("container groups", () => {
    it("are created, shown without their secrets, tagged, listed and deleted", async () => {
        const { containerGroups } = azure.containers;
        const created = await containerGroups.beginCreateOrUpdateAndWait("clients", "secretive", {
            ...group("secretive"),
            containers: [
                {
                    ...container,
                    environmentVariables: [
                        { name: "PLAIN", value: "seen" },
                        { name: "KEY", secureValue: "hidden-1" },
                    ],
                    volumeMounts: [{ name: "certificate", mountPath: "/run/front" }],
                },
            ],
            volumes: [
                { name: "certificate", secret: { "key.pem": Buffer.from("hidden-2").toString("base64") } },
            ],
            imageRegistryCredentials: [{ server: "contoso.azurecr.io", username: "u", password: "hidden-3" }],
            diagnostics: { logAnalytics: { workspaceId: "w", workspaceKey: "hidden-4" } },
        });
        expect(created.provisioningState).toBe("Succeeded");
        const shown = await containerGroups.get("CLIENTS", "secretive");
        expect(shown).toMatchObject({
            restartPolicy: "Always",
            sku: "Standard",
            ipAddress: {
                type: "Public",
                fqdn: `secretive.${LOCATION}.azurecontainer.io`,
                ports: [{ port: 443, protocol: "TCP" }],
                autoGeneratedDomainNameLabelScope: "Unsecure",
            },
            containers: [
                {
                    name: "web",
                    environmentVariables: [{ name: "PLAIN", value: "seen" }, { name: "KEY" }],
                    instanceView: { restartCount: 0, currentState: { state: "Waiting" } },
                },
            ],
            volumes: [{ name: "certificate", secret: {} }],
            imageRegistryCredentials: [{ server: "contoso.azurecr.io", username: "u" }],
        });
        expect(shown.containers[0]?.instanceView?.currentState?.detailStatus).toContain("not run");
        const encoded = Buffer.from("hidden-2").toString("base64");
        expect(JSON.stringify([created, shown])).not.toMatch(new RegExp(`hidden|${encoded}`));

        const tagged = await containerGroups.update("clients", "secretive", { tags: { owner: "us" } });
        expect(tagged.tags).toEqual({ owner: "us" });
        const listed = await all(containerGroups.listByResourceGroup("clients"));
        expect(listed.map(({ name }) => name)).toContain("secretive");
        expect((await all(containerGroups.list())).map(({ name }) => name)).toContain("secretive");

        await containerGroups.beginDeleteAndWait("clients", "secretive");
        expect(await refusal(containerGroups.get("clients", "secretive"))).toMatchObject({
            statusCode: 404,
            code: "ResourceNotFound",
        });
    });

    it("are replaced as a whole by a PUT", async () => {
        const { containerGroups } = azure.containers;
        await containerGroups.beginCreateOrUpdateAndWait("clients", "whole", {
            ...group("whole-1"),
            tags: { a: "b" },
        });
        const first = await containerGroups.get("clients", "whole");
        await containerGroups.beginCreateOrUpdateAndWait("clients", "whole", group("whole-2"));
        const second = await containerGroups.get("clients", "whole");
        expect(second.tags).toBeUndefined();
        expect(second.ipAddress?.fqdn).toBe(`whole-2.${LOCATION}.azurecontainer.io`);
        expect(second.ipAddress?.ip).toBe(first.ipAddress?.ip);
    });

    it("have names that DNS knows at once, and gives up at once", async () => {
        const { containerGroups } = azure.containers;
        const fqdn = `named-abc123.${LOCATION}.azurecontainer.io`;
        await containerGroups.beginCreateOrUpdateAndWait("clients", "named", group("named-abc123"));
        const { ipAddress } = await containerGroups.get("clients", "named");
        expect(ipAddress?.ip).toMatch(/^127\.0\.117\.\d+$/);
        expect(await resolver.resolve4(fqdn)).toEqual([ipAddress?.ip]);
        await containerGroups.beginDeleteAndWait("clients", "named");
        await expect(resolver.resolve4(fqdn)).rejects.toMatchObject({ code: "ENOTFOUND" });
    });

    it("have a hash in the name where the label may be used again by their owner only", async () => {
        const { containerGroups } = azure.containers;
        const scoped = group("scoped-label");
        const ipAddress = { ...scoped.ipAddress, autoGeneratedDomainNameLabelScope: "TenantReuse" };
        const fqdn = async () => {
            await containerGroups.beginCreateOrUpdateAndWait("clients", "scoped", { ...scoped, ipAddress });
            return (await containerGroups.get("clients", "scoped")).ipAddress?.fqdn;
        };
        const first = await fqdn();
        expect(first).toMatch(/^scoped-label\.[a-z]{16}\.westeurope\.azurecontainer\.io$/);
        await containerGroups.beginDeleteAndWait("clients", "scoped");
        expect(await fqdn()).toBe(first);
    });

    it("may have another address after a stop: the name is what lasts", async () => {
        const { containerGroups } = azure.containers;
        const fqdn = `pausing.${LOCATION}.azurecontainer.io`;
        await containerGroups.beginCreateOrUpdateAndWait("clients", "pausing", group("pausing"));
        const before = await containerGroups.get("clients", "pausing");
        await containerGroups.stop("clients", "pausing");
        const stopped = await containerGroups.get("clients", "pausing");
        expect(stopped.instanceView?.state).toBe("Stopped");
        expect(stopped.ipAddress?.ip).toBeUndefined();
        await expect(resolver.resolve4(fqdn)).rejects.toMatchObject({ code: "ENODATA" });
        await containerGroups.beginStartAndWait("clients", "pausing");
        const after = await containerGroups.get("clients", "pausing");
        expect(after.ipAddress?.ip).not.toBe(before.ipAddress?.ip);
        expect(await resolver.resolve4(fqdn)).toEqual([after.ipAddress?.ip]);
        await containerGroups.beginRestartAndWait("clients", "pausing");
        expect((await containerGroups.get("clients", "pausing")).ipAddress?.ip).toBe(after.ipAddress?.ip);
    });

    it("are refused for a label that another has, and for what cannot be changed", async () => {
        const { containerGroups } = azure.containers;
        await containerGroups.beginCreateOrUpdateAndWait("clients", "owner", group("owned-label"));
        const taken = containerGroups.beginCreateOrUpdateAndWait("clients", "other", group("Owned-Label"));
        expect(await refusal(taken)).toMatchObject({
            code: "DnsNameLabelNotAvailable",
            message:
                "The DNS name label 'Owned-Label' in container group 'other' not available. Try using a different label.",
        });
        expect(await refusal(containerGroups.get("clients", "other"))).toMatchObject({ statusCode: 404 });

        const restarted = { ...group("owned-label"), restartPolicy: "Never" };
        expect(
            await refusal(containerGroups.beginCreateOrUpdateAndWait("clients", "owner", restarted)),
        ).toMatchObject({
            statusCode: 400,
            code: "InvalidContainerGroupUpdate",
        });
        expect((await containerGroups.get("clients", "owner")).restartPolicy).toBe("Always");
    });

    it("are refused without their resource group", async () => {
        const call = azure.containers.containerGroups.beginCreateOrUpdateAndWait(
            "nowhere",
            "web",
            group("nowhere"),
        );
        expect(await refusal(call)).toMatchObject({ statusCode: 404, code: "ResourceGroupNotFound" });
    });

    it("mount a share only with the key of its account", async () => {
        const { storageAccounts, fileShares } = azure.storage;
        await storageAccounts.create("clients", "mounted", {
            location: LOCATION,
            sku: { name: "Standard_LRS" },
            kind: "StorageV2",
        });
        await fileShares.create("clients", "mounted", "data", {});
        const { keys } = await storageAccounts.listKeys("clients", "mounted");
        const mount = (storageAccountKey: string | undefined, shareName = "data") =>
            azure.containers.containerGroups.beginCreateOrUpdateAndWait("clients", "mounting", {
                ...group("mounting"),
                volumes: [
                    {
                        name: "share",
                        azureFile: { shareName, storageAccountName: "mounted", storageAccountKey },
                    },
                ],
            });
        expect(await refusal(mount("wrong"))).toMatchObject({ code: "CannotAccessStorageAccount" });
        expect(await refusal(mount(keys?.[0]?.value, "other"))).toMatchObject({
            code: "AzureFileShareNotFound",
        });
        await mount(keys?.[1]?.value);
        const { volumes } = await azure.containers.containerGroups.get("clients", "mounting");
        expect(volumes).toEqual([
            { name: "share", azureFile: { shareName: "data", storageAccountName: "mounted" } },
        ]);
    });
});

describe("DNS zones and record sets", () => {
    const zone = "contoso.example";
    beforeEach(async () => {
        await azure.dns.zones.createOrUpdate("clients", zone, { location: "global" });
    });

    it("begin with SOA and NS", async () => {
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

    it("are created, changed, listed and deleted, and DNS follows", async () => {
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

    it("lead from a CNAME to the address of a container group", async () => {
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

    it("lead from an alias to a public IP address", async () => {
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
    });

    it("are refused where a CNAME cannot be", async () => {
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

    it("are guarded by ETags", async () => {
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

    it("go with their zone", async () => {
        await azure.dns.zones.createOrUpdate("clients", "gone.example", { location: "global" });
        await azure.dns.zones.beginDeleteAndWait("clients", "gone.example");
        await expect(resolver.resolveSoa("gone.example")).rejects.toMatchObject({ code: "EREFUSED" });
        const orphan = azure.dns.recordSets.createOrUpdate("clients", "gone.example", "www", "A", {
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

    it("turns to TCP for what is too long", async () => {
        const txtRecords = Array.from({ length: 20 }, (_, index) => ({
            value: [String(index).repeat(100).slice(0, 200)],
        }));
        await azure.dns.recordSets.createOrUpdate("clients", zone, "long", "TXT", { ttl: 60, txtRecords });
        const cut = await dig(`long.${zone}`, "TXT", "+ignore", "+noedns");
        expect(cut).toMatch(/flags: qr aa tc rd;/);
        const whole = await dig(`long.${zone}`, "TXT");
        expect(whole.split("\n").filter(line => line.includes("IN\tTXT"))).toHaveLength(20);
    });

    it.each([
        ["nothing.dig.example", "NXDOMAIN"],
        ["dig.example", "NOERROR"],
        ["example.org", "REFUSED"],
        ["nobody.westeurope.azurecontainer.io", "NXDOMAIN"],
    ])("is told of %s: %s", async (name, status) => expect(await dig(name)).toContain(`status: ${status}`));
});

describe("public IP addresses", () => {
    it("have a name that only one can have", async () => {
        const { publicIPAddresses } = azure.network;
        const address = (domainNameLabel: string) => ({
            location: LOCATION,
            publicIPAllocationMethod: "Static",
            sku: { name: "Standard" },
            dnsSettings: { domainNameLabel },
        });
        const created = await publicIPAddresses.beginCreateOrUpdateAndWait(
            "clients",
            "front",
            address("front-abc123"),
        );
        expect(created.dnsSettings?.fqdn).toBe(`front-abc123.${LOCATION}.cloudapp.azure.com`);
        expect(await resolver.resolve4(created.dnsSettings?.fqdn ?? "")).toEqual([created.ipAddress]);
        const second = publicIPAddresses.beginCreateOrUpdateAndWait(
            "clients",
            "second",
            address("front-abc123"),
        );
        expect(await refusal(second)).toMatchObject({ statusCode: 400, code: "DnsRecordInUse" });
        const dynamic = { ...address("dynamic-abc"), publicIPAllocationMethod: "Dynamic" };
        expect(
            (await refusal(publicIPAddresses.beginCreateOrUpdateAndWait("clients", "third", dynamic)))
                .statusCode,
        ).toBe(400);
        expect((await all(publicIPAddresses.list("clients"))).map(({ name }) => name)).toContain("front");
        await publicIPAddresses.beginDeleteAndWait("clients", "front");
        expect(await refusal(publicIPAddresses.get("clients", "front"))).toMatchObject({ statusCode: 404 });
    });
});

describe("storage accounts", () => {
    it("have two keys that can be renewed, and shares", async () => {
        const { storageAccounts, fileShares } = azure.storage;
        const parameters = { location: LOCATION, sku: { name: "Standard_LRS" }, kind: "StorageV2" };
        const created = await storageAccounts.create("clients", "keyholder", parameters);
        expect(created).toMatchObject({
            provisioningState: "Succeeded",
            sku: { name: "Standard_LRS", tier: "Standard" },
        });
        const before = (await storageAccounts.listKeys("clients", "keyholder")).keys ?? [];
        expect(
            before.map(({ keyName, value }) => `${keyName} ${Buffer.from(value ?? "", "base64").length}`),
        ).toEqual(["key1 64", "key2 64"]);
        const after =
            (await storageAccounts.regenerateKey("clients", "keyholder", { keyName: "key1" })).keys ?? [];
        expect(after[0]?.value).not.toBe(before[0]?.value);
        expect(after[1]?.value).toBe(before[1]?.value);
        expect(JSON.stringify(await storageAccounts.getProperties("clients", "keyholder"))).not.toContain(
            after[0]?.value,
        );

        await fileShares.create("clients", "keyholder", "models", { shareQuota: 5 });
        expect((await fileShares.get("clients", "keyholder", "models")).shareQuota).toBe(5);
        expect((await all(fileShares.list("clients", "keyholder"))).map(({ name }) => name)).toEqual([
            "models",
        ]);
        const folder = path.join(control.instance.stateFolder, "control", "shares", "keyholder", "models");
        expect(existsSync(folder)).toBe(true);
        await fileShares.delete("clients", "keyholder", "models");
        expect(existsSync(folder)).toBe(false);
        await storageAccounts.delete("clients", "keyholder");
        expect(await refusal(storageAccounts.getProperties("clients", "keyholder"))).toMatchObject({
            statusCode: 404,
        });
    });

    it("are refused with a name that is not one, or taken", async () => {
        const parameters = { location: LOCATION, sku: { name: "Standard_LRS" }, kind: "StorageV2" };
        const { storageAccounts } = azure.storage;
        expect(await refusal(storageAccounts.create("clients", "Not-A-Name", parameters))).toMatchObject({
            code: "AccountNameInvalid",
        });
        await storageAccounts.create("clients", "takenname", parameters);
        await azure.resources.resourceGroups.createOrUpdate("others", { location: LOCATION });
        expect(await refusal(storageAccounts.create("others", "takenname", parameters))).toMatchObject({
            statusCode: 409,
            code: "StorageAccountAlreadyTaken",
        });
    });
});

describe("the server", () => {
    it("lets in only who has the token", async () => {
        const stranger = azureClients(control.instance, "not-the-token");
        expect(await refusal(stranger.resources.resourceGroups.get("clients"))).toMatchObject({
            statusCode: 401,
            code: "InvalidAuthenticationToken",
        });
    });

    it("shows a certificate that only its own authority vouches for", async () => {
        const { address, port } = control.instance.arm;
        const request = createPipelineRequest({ url: `https://${address}:${port}/` });
        await expect(createDefaultHttpClient().sendRequest(request)).rejects.toThrow(/certificate/);
    });

    it.each([
        ["MissingApiVersionParameter", 400, "/resourceGroups"],
        ["InvalidApiVersionParameter", 400, "/resourceGroups?api-version=latest"],
        [
            "NoRegisteredProviderFound",
            400,
            "/resourceGroups/clients/providers/Microsoft.ContainerInstance/containerGroups/x?api-version=2016-01-01",
        ],
        [
            "InvalidResourceNamespace",
            404,
            "/resourceGroups/clients/providers/Contoso.Nothing/things/x?api-version=2020-01-01",
        ],
        [
            "InvalidResourceType",
            404,
            "/resourceGroups/clients/providers/Microsoft.Network/teapots/x?api-version=2020-01-01",
        ],
    ])("answers %s with %i", async (code, status, below) => {
        const { address, port } = control.instance.arm;
        const url = `https://${address}:${port}/subscriptions/${SUBSCRIPTION}${below}`;
        const http = createDefaultHttpClient();
        const token = readFileSync(path.join(control.instance.stateFolder, "arm-token"), "utf8");
        const request = createPipelineRequest({ url });
        request.headers.set("authorization", `Bearer ${token}`);
        request.tlsSettings = { ca: readFileSync(path.join(control.instance.stateFolder, "ca.pem"), "utf8") };
        const response = await http.sendRequest(request);
        expect(response.status).toBe(status);
        expect(JSON.parse(response.bodyAsText ?? "")).toMatchObject({ error: { code } });
    });

    it("remembers everything after it was killed, and keeps it to itself", async () => {
        await azure.containers.containerGroups.beginCreateOrUpdateAndWait("clients", "lasting", {
            ...group("lasting-abc"),
            containers: [{ ...container, environmentVariables: [{ name: "KEY", secureValue: "hidden" }] }],
        });
        const before = await azure.containers.containerGroups.get("clients", "lasting");
        await control.kill();
        await control.resume();
        expect(await azure.containers.containerGroups.get("clients", "lasting")).toEqual(before);
        const { stateFolder } = control.instance;
        const record = path.join(stateFolder, "control", "resources.json");
        expect(readFileSync(record, "utf8")).toContain("hidden");
        for (const file of [
            record,
            path.join(stateFolder, "arm-token"),
            path.join(stateFolder, "ca-key.pem"),
        ]) {
            expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
        }
        expect((statSync(path.dirname(record)).mode & 0o777).toString(8)).toBe("700");
    });
});
