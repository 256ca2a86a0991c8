import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { ensureImages } from "../../sandbox/images";
import { installStandIns } from "../../sandbox/providers/install";
import { ROOT } from "../../machine/root";
import { TestProject } from "../../sandbox/testing/harness";
import { type Issued, Workshop } from "../support/openssl";
import { RevisionClients, type Seen } from "./aci-revisions-clients";
import { azureClients } from "../../sandbox/testing/azure-clients";
import { importModelImages, MODEL_IMAGE, NEXT_MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it needs Linux and root";
const HOST = "score.contoso.test";
const RESOURCE_GROUP = "inference-local";
const TTL = 5;
/** How long after the start of an update the new certificate may take to be served. */
const SERVED_SECONDS = 60;

/** One story: each test goes on from the last, and all but the first are under load. */
describe.skipIf(CANNOT_RUN)(`revisions under load${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    const instance = testSandbox();
    const workshop = new Workshop();
    let project: TestProject;
    let root: Issued;
    let first: Issued;
    let second: Issued;

    beforeAll(async () => {
        root = workshop.root();
        [first, second] = [workshop.leaf(root, [`DNS:${HOST}`]), workshop.leaf(root, [`DNS:${HOST}`])];
        await sandboxUp(instance);
        await ensureImages(instance);
        await importModelImages(instance);
        project = await TestProject.create({
            directory: ROOT,
            configuration: await readFile(path.join(ROOT, "stacks", "Pulumi.local.yaml"), "utf8"),
            plugins: home => installStandIns(home, instance),
        });
        await set("model.image", MODEL_IMAGE);
        await set("model.cpu", "0.5");
        await set("front.cpu", "0.5");
        await set("keys.enabled", "false");
        await set("limits.maxConcurrentRequestsPerContainer", "300");
        await set("limits.maxQueueWaitMs", "4000");
        await set("limits.scoringTimeoutMs", "4000");
        await set("dns.ttl", String(TTL));
        await set("tls.mode", "Custom");
        await serve(first);
        expect((await project.up()).errors).toEqual([]);
    });

    afterAll(async () => {
        await project?.dispose();
        workshop.close();
    });

    const set = (key: string, value: string, kind?: "--secret") =>
        project.configure(`azure-secure-inference:${key}`, value, kind);

    async function serve(certificate: Issued): Promise<void> {
        await set("tls.certificate", certificate.certificate + root.certificate, "--secret");
        await set("tls.privateKey", certificate.key, "--secret");
    }

    /** What clients see of a story. */
    async function underLoad(story: () => Promise<void>): Promise<Seen> {
        const clients = await RevisionClients.start({
            instance,
            hostname: HOST,
            ttlSeconds: TTL,
            authority: root,
        });
        try {
            await story();
        } finally {
            // Awaited below, where it is reported.
            void clients.stop();
        }
        return await clients.stop();
    }

    async function target(): Promise<string> {
        const resolver = new Resolver();
        resolver.setServers([`${instance.dns.address}:${instance.dns.port}`]);
        return (await resolver.resolveCname(HOST))[0] ?? "";
    }

    async function groups(): Promise<string[]> {
        const names: string[] = [];
        const { containerGroups } = azureClients(instance).containers;
        for await (const one of containerGroups.listByResourceGroup(RESOURCE_GROUP)) names.push(one.name!);
        return names;
    }

    const fingerprint = (issued: Issued) => new X509Certificate(issued.certificate).fingerprint256;

    it("rotates the certificate without a failed request, within a minute", async () => {
        await serve(second);
        let started = 0;
        const seen = await underLoad(async () => {
            started = Date.now();
            expect((await project.up()).errors).toEqual([]);
        });
        expect(seen.failures).toEqual([]);
        expect(seen.requests).toBeGreaterThan(2_000);
        // In this order, and no third.
        expect(seen.certificates.map(one => one.fingerprint)).toEqual([first, second].map(fingerprint));
        const servedAfter = (seen.certificates[1]!.at.getTime() - started) / 1000;
        expect(servedAfter).toBeLessThan(SERVED_SECONDS);
        expect(await groups()).toHaveLength(1);
        console.log(`rotation: ${seen.requests} requests, new certificate after ${servedAfter} s`);
    });

    it("changes the image without a failed request", async () => {
        await set("model.image", NEXT_MODEL_IMAGE);
        const seen = await underLoad(async () => expect((await project.up()).errors).toEqual([]));
        expect(seen.failures).toEqual([]);
        expect(seen.versions).toEqual(["1", "2"]);
        expect(await groups()).toHaveLength(1);
        console.log(`image: ${seen.requests} requests`);
    });

    it("stays with what serves when the new revision is never ready, and comes back to one group", async () => {
        const before = await target();
        const seen = await underLoad(async () => {
            await set("model.environment.FAIL", "1");
            await set("revisionTimeoutSeconds", "15");
            const failed = await project.up();
            expect(failed.succeeded).toBe(false);
            expect(failed.text).toMatch(
                // Azure lets nobody connect to a group whose probes fail, and says why.
                /DNS was not switched to the new revision.* iris-\w{6} .* not ready after 15 seconds; last check: it resets connections;.* iris: Unhealthy: Readiness probe failed: .*503/,
            );
            expect(await target()).toBe(before);

            await set("model.environment.FAIL", "0");
            await set("revisionTimeoutSeconds", "600");
            expect((await project.up()).errors).toEqual([]);
        });
        expect(seen.failures).toEqual([]);
        expect(seen.versions).toEqual(["2"]);
        expect(await groups()).toHaveLength(1);
        console.log(`never ready, and back: ${seen.requests} requests`);
        expect((await project.preview()).steps).toEqual([]);
    });
});
