import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../processes/wait";
import { LegoCluster, USER } from "./lego-cluster";
import { GROUP, LegoStage, ROLES, ZONE } from "./lego-stage";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;

/** lego without changes and with the settings for Azure, in containers of the sandbox. */
describe.skipIf(!hasNode)("lego in the sandbox (needs Linux and root)", () => {
    let stage: LegoStage;

    beforeAll(async () => {
        stage = await LegoStage.open(testSandbox());
    });
    afterAll(() => stage.close());

    /** The leaf is valid for the host, and the intermediate connects it to the root of the ACME server. */
    function expectIssued(chain: string | undefined, host: string): void {
        const [leaf, intermediate] = (chain ?? "").split(/(?<=-----END CERTIFICATE-----\n)/).filter(Boolean);
        const certificate = new X509Certificate(leaf ?? "");
        expect(certificate.checkHost(host)).toBe(host);
        const issuer = new X509Certificate(intermediate ?? "");
        expect(certificate.verify(issuer.publicKey)).toBe(true);
        expect(issuer.verify(new X509Certificate(stage.server.pebble.root).publicKey)).toBe(true);
    }

    const dns = (host: string) => stage.run(host, "--dns", "azuredns");
    /** With this method, lego waits 2 s for a token unless it is told otherwise: not enough on a busy machine. */
    const asContainerGroup = { AZURE_AUTH_METHOD: "msi", AZURE_AUTH_MSI_TIMEOUT: "60" };

    // Concurrent, because lego waits for the server most of the time.
    describe.concurrent("a container group with an identity", () => {
        it("gets a certificate by DNS-01 with the role DNS Zone Contributor", async () => {
            const identity = await stage.identity("group");
            await stage.grant(identity, ROLES.dnsZoneContributor);
            const host = `group.${ZONE}`;
            const container = stage.container("lego", dns(host), asContainerGroup);
            const log = await stage.group("dns", [container], { identity });
            expect(log).toContain("Server responded with a certificate.");
            expectIssued(stage.certificate(host), host);
            const challenge = stage.azure.dns.recordSets.get(GROUP, ZONE, "_acme-challenge.group", "TXT");
            await expect(challenge).rejects.toMatchObject({ statusCode: 404 });
        });

        it("gets AuthorizationFailed with the role Reader", async () => {
            const identity = await stage.identity("reader");
            await stage.grant(identity, ROLES.reader);
            const host = `reader.${ZONE}`;
            const container = stage.container("lego", dns(host), asContainerGroup);
            const log = await stage.group("reader", [container], { identity });
            expect(log).toContain("AuthorizationFailed");
            expect(log).toContain(identity.principalId);
            expect(stage.certificate(host)).toBeUndefined();
        });

        it("finds no zone without a role", async () => {
            const identity = await stage.identity("no-role");
            const container = stage.container("lego", dns(`no-role.${ZONE}`), asContainerGroup);
            const log = await stage.group("no-role", [container], { identity });
            expect(log).toContain("could not find zone (from discovery)");
        });
    });

    it.concurrent("keeps the files of a share after the deletion of a container group", async () => {
        const write = stage.container("writer", "umask 077 && echo kept > /store/kept && ls -ln /store/kept");
        expect(await stage.group("writer", [write])).toMatch(/^-rwxrwxrwx +\d+ 0 +0 /);
        await stage.azure.containers.containerGroups.beginDeleteAndWait(GROUP, "writer");
        const read = stage.container("share-reader", "cat /store/kept; echo more >> /store/kept");
        const log = await stage.group("share-reader", [read], { readOnly: true });
        expect(log).toContain("kept\n");
        expect(log).toContain("Read-only file system");
    });

    describe.concurrent("a workload of a managed cluster", () => {
        let cluster: LegoCluster;
        beforeAll(async () => {
            const identity = await stage.identity("workload");
            await stage.grant(identity, ROLES.dnsZoneContributor);
            cluster = await LegoCluster.create(stage, identity);
        });

        it.sequential("gets a certificate by DNS-01 as an arbitrary user", async () => {
            const host = `workload.${ZONE}`;
            const read = `cat /store/${host}/certificates/${host}.crt`;
            const log = await cluster.run("issuer", `${dns(host)} && ${read}`);
            expect(log).toContain("Server responded with a certificate.");
            expectIssued(log.slice(log.indexOf("-----BEGIN CERTIFICATE-----")), host);
        });

        it.sequential("gets no token for a service account that the identity does not trust", async () => {
            const log = await cluster.run("other", dns(`other.${ZONE}`), { account: "other" });
            expect(log).toContain("AADSTS70021");
            expect(log).toContain("system:serviceaccount:lego:other");
        });

        it.sequential("shares the files of a claim with other pods, also read-only", async () => {
            const other = { user: USER + 1 };
            // Azure Files does not store modes: all users can read and write all files.
            await cluster.run("writer", "umask 077 && echo first > /store/shared");
            expect(
                await cluster.run("second", "echo second >> /store/shared && cat /store/shared", other),
            ).toBe("first\nsecond\n");
            const reader = await cluster.run("reader", "echo third >> /store/shared || cat /store/shared", {
                ...other,
                readOnly: true,
            });
            expect(reader).toContain("Read-only file system");
            expect(reader).toContain("first\nsecond\n");
        });

        it.sequential("deletes the files of its claims with the cluster", async () => {
            const [folder = ""] = await cluster.volumes();
            expect(existsSync(folder)).toBe(true);
            await stage.azure.clusters.managedClusters.delete(GROUP, "aks");
            expect(await eventually(async () => (await cluster.volumes()).length === 0, 60_000)).toBe(true);
            expect(existsSync(folder)).toBe(false);
        });
    });

    it.concurrent("gets a certificate by HTTP-01 for the Azure name of a container group", async () => {
        const host = "lego-web.westeurope.azurecontainer.io";
        const root = "/store/web";
        const run = stage.run(host, "--http", "--http.webroot", root);
        // The load balancer forwards no connections before all containers of the group have started.
        const lego = stage.container("lego", `mkdir -p ${root}; until ${run}; do sleep 1; done`);
        const web = stage.container("web", `mkdir -p ${root} && busybox httpd -f -p 80 -h ${root}`);
        web.ports = [{ port: 80 }];
        const log = await stage.group("web", [lego, web], { label: "lego-web" });
        expect(log).toContain("Server responded with a certificate.");
        expectIssued(stage.certificate(host), host);
    });
});
