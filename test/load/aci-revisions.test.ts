import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { azureClients } from "../../sandbox/testing/azure-clients";
import type { TestProject } from "../../sandbox/testing/harness";
import { MODEL_IMAGE, NEXT_MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { secret } from "../../sandbox/testing/stack-configuration";
import { testSandbox } from "../../sandbox/testing/test-sandbox";
import { prepareSandbox } from "../support/aks-stage";
import { FULL } from "../../sandbox/testing/full";
import { type Issued, OpensslWorkspace } from "../support/openssl";
import { configure, createServiceStack, type Settings, stackSettings } from "../support/service-stack";
import { RevisionClients, type Seen } from "./aci-revisions-clients";

const HOST = "score.contoso.test";
const RESOURCE_GROUP = "inference-local";
const TTL = 5;
/** The longest time from the start of an update until the new certificate is served. */
const SERVED_SECONDS = 60;

/** Each change happens under 60 requests per second, and none may fail. The tests depend on each other's order. */
describe.skipIf(CANNOT_RUN)(titled("revisions under load"), () => {
    const instance = testSandbox();
    const workspace = new OpensslWorkspace();
    let project: TestProject;
    let root: Issued;
    let first: Issued;
    let second: Issued;

    beforeAll(async () => {
        root = workspace.root();
        [first, second] = [workspace.leaf(root, [`DNS:${HOST}`]), workspace.leaf(root, [`DNS:${HOST}`])];
        await prepareSandbox(instance);
        project = await createServiceStack(instance, {
            ...stackSettings("local"),
            model: { image: MODEL_IMAGE, cpu: 0.5, memoryInGB: 1 },
            front: { image: "localhost/front:3.0", cpu: 0.5 },
            keys: { enabled: false },
            limits: {
                maxConcurrentRequestsPerContainer: 300,
                maxQueueWaitMs: 4_000,
                scoringTimeoutMs: 4_000,
            },
            tls: { mode: "Custom", hostname: HOST },
        });
        set({ "dns.ttl": TTL });
        serve(first);
        expect((await project.up()).errors).toEqual([]);
    });

    afterAll(async () => {
        await project?.dispose();
        workspace.close();
    });

    const set = (settings: Settings): void => configure(project, settings);

    function serve(certificate: Issued): void {
        const chain = certificate.certificate + root.certificate;
        set({ "tls.certificate": secret(chain), "tls.privateKey": secret(certificate.key) });
    }

    /** What clients see during a change. */
    async function underLoad(change: () => Promise<void>): Promise<Seen> {
        const clients = await RevisionClients.start({
            instance,
            hostname: HOST,
            ttlSeconds: TTL,
            authority: root,
        });
        try {
            await change();
        } finally {
            // Awaited below.
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
        serve(second);
        let started = 0;
        const seen = await underLoad(async () => {
            started = Date.now();
            expect((await project.up()).errors).toEqual([]);
        });
        expect(seen.failures).toEqual([]);
        // At least eight seconds of load: the drain alone takes longer.
        expect(seen.requests).toBeGreaterThan(500);
        // In this order, and no other one.
        expect(seen.certificates.map(one => one.fingerprint)).toEqual([first, second].map(fingerprint));
        const servedAfter = (seen.certificates[1]!.at.getTime() - started) / 1000;
        expect(servedAfter).toBeLessThan(SERVED_SECONDS);
        expect(await groups()).toHaveLength(1);
        console.log(`rotation: ${seen.requests} requests, new certificate after ${servedAfter} s`);
    });

    it.runIf(FULL)("changes the image without a failed request", async () => {
        set({ "model.image": NEXT_MODEL_IMAGE });
        const seen = await underLoad(async () => expect((await project.up()).errors).toEqual([]));
        expect(seen.failures).toEqual([]);
        expect(seen.versions).toEqual(["1", "2"]);
        expect(await groups()).toHaveLength(1);
        console.log(`image: ${seen.requests} requests`);
    });

    it.runIf(FULL)(
        "keeps the old revision when the new one is never ready, and the next update leaves one group",
        async () => {
            const before = await target();
            const seen = await underLoad(async () => {
                set({ "model.environment.FAIL": "1" });
                set({ revisionTimeoutSeconds: 15 });
                const failed = await project.up();
                expect(failed.succeeded).toBe(false);
                expect(failed.text).toMatch(
                    /DNS was not switched to the new revision.* iris-\w{6} .* not ready after 15 seconds; last check: its model is not ready \(503/,
                );
                expect(await target()).toBe(before);

                set({ "model.environment.FAIL": "0" });
                set({ revisionTimeoutSeconds: 600 });
                expect((await project.up()).errors).toEqual([]);
            });
            expect(seen.failures).toEqual([]);
            expect(seen.versions).toEqual(["2"]);
            expect(await groups()).toHaveLength(1);
            console.log(`never ready, and back: ${seen.requests} requests`);
            expect((await project.preview()).steps).toEqual([]);
        },
    );
});
