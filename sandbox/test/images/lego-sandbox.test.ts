import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../processes/wait";
import { LegoCluster, USER } from "./lego-cluster";
import { GROUP, LegoStage, ROLES, ZONE } from "./lego-stage";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;

/** lego as it comes, told only what it would be told on Azure, in containers of the sandbox. */
describe.skipIf(!hasNode)("lego in the sandbox (needs Linux and root)", () => {
    let stage: LegoStage;

    beforeAll(async () => {
        stage = await LegoStage.open(testSandbox());
    });
    afterAll(() => stage.close());

    /** The certificate is for the host and hangs on the server's root, by its intermediate. */
    function expectIssued(chain: string | undefined, host: string): void {
        const [leaf, intermediate] = (chain ?? "").split(/(?<=-----END CERTIFICATE-----\n)/).filter(Boolean);
        const certificate = new X509Certificate(leaf ?? "");
        expect(certificate.checkHost(host)).toBe(host);
        const above = new X509Certificate(intermediate ?? "");
        expect(certificate.verify(above.publicKey)).toBe(true);
        expect(above.verify(new X509Certificate(stage.server.pebble.root).publicKey)).toBe(true);
    }

    const dns = (host: string) => stage.run(host, "--dns", "azuredns");
    const asContainerGroup = { AZURE_AUTH_METHOD: "msi" };

    // Groups side by side, and the cluster's workloads beside them: lego waits for the server most of the time.
    describe.concurrent("a container group with an identity", () => {
        it("proves with the zone that a name is its own", async () => {
            const identity = await stage.identity("group");
            await stage.grant(identity, ROLES.dnsZoneContributor);
            const host = `group.${ZONE}`;
            const container = stage.container("lego", dns(host), asContainerGroup);
            const log = await stage.group("dns", [container], { identity });
            expect(log).toContain("Server responded with a certificate.");
            expectIssued(stage.certificate(host), host);
            const proof = stage.azure.dns.recordSets.get(GROUP, ZONE, "_acme-challenge.group", "TXT");
            await expect(proof).rejects.toMatchObject({ statusCode: 404 });
        });

        it("is told that it may not write where it may only read", async () => {
            const identity = await stage.identity("onlooker");
            await stage.grant(identity, ROLES.reader);
            const host = `onlooker.${ZONE}`;
            const container = stage.container("lego", dns(host), asContainerGroup);
            const log = await stage.group("reader", [container], { identity });
            expect(log).toContain("AuthorizationFailed");
            expect(log).toContain(identity.principalId);
            expect(stage.certificate(host)).toBeUndefined();
        });

        it("finds no zone where it has no role", async () => {
            const identity = await stage.identity("stranger");
            const container = stage.container("lego", dns(`stranger.${ZONE}`), asContainerGroup);
            const log = await stage.group("stranger", [container], { identity });
            expect(log).toContain("could not find zone (from discovery)");
        });
    });

    it.concurrent("shares its files with other container groups, for longer than it is there", async () => {
        const write = stage.container("writer", "umask 077 && echo kept > /store/kept && ls -ln /store/kept");
        expect(await stage.group("writer", [write])).toMatch(/^-rwxrwxrwx +\d+ 0 +0 /);
        await stage.azure.containers.containerGroups.beginDeleteAndWait(GROUP, "writer");
        const read = stage.container("reader", "cat /store/kept; echo more >> /store/kept");
        const log = await stage.group("reader", [read], { readOnly: true });
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

        it.sequential("proves with the zone that a name is its own, as nobody in particular", async () => {
            const host = `workload.${ZONE}`;
            const read = `cat /store/${host}/certificates/${host}.crt`;
            const log = await cluster.run("issuer", `${dns(host)} && ${read}`);
            expect(log).toContain("Server responded with a certificate.");
            expectIssued(log.slice(log.indexOf("-----BEGIN CERTIFICATE-----")), host);
        });

        it.sequential(
            "gets nothing for another service account than the one that the identity trusts",
            async () => {
                const log = await cluster.run("other", dns(`other.${ZONE}`), { account: "other" });
                expect(log).toContain("AADSTS70021");
                expect(log).toContain("system:serviceaccount:lego:other");
            },
        );

        it.sequential("shares the files of a claim with others, which may be told only to read", async () => {
            const other = { user: USER + 1 };
            // Azure does not keep modes: what is written for oneself is for all.
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

        it.sequential("leaves nothing of its share when it is gone", async () => {
            const [folder = ""] = await cluster.volumes();
            expect(existsSync(folder)).toBe(true);
            await stage.azure.clusters.managedClusters.delete(GROUP, "aks");
            expect(await eventually(async () => (await cluster.volumes()).length === 0, 60_000)).toBe(true);
            expect(existsSync(folder)).toBe(false);
        });
    });

    it.concurrent("answers on port 80 of a container group for the name that Azure gave it", async () => {
        const host = "lego-web.westeurope.azurecontainer.io";
        const root = "/store/web";
        const run = stage.run(host, "--http", "--http.webroot", root);
        // The group's address leads nowhere until all of its containers have started.
        const lego = stage.container("lego", `mkdir -p ${root}; until ${run}; do sleep 1; done`);
        const web = stage.container("web", `mkdir -p ${root} && busybox httpd -f -p 80 -h ${root}`);
        web.ports = [{ port: 80 }];
        const log = await stage.group("web", [lego, web], { label: "lego-web" });
        expect(log).toContain("Server responded with a certificate.");
        expectIssued(stage.certificate(host), host);
    });
});
