import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Issued } from "../support/openssl";
import { Clients, type LoadSeen } from "../support/aks-load-stage";
import { AksStage, prepareSandbox, SMALL_MODEL, timed } from "../support/aks-stage";
import { FULL } from "../../sandbox/testing/full";
import { NEXT_MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { secret } from "../../sandbox/testing/stack-configuration";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const instance = testSandbox();

const HOST = "load.fabrikam.test";
/** Room for the requests that arrive while a busy machine stalls; stalls of more than three seconds were observed. */
const LIMITS = { maxConcurrentRequestsPerContainer: 300, maxQueueWaitMs: 20_000, scoringTimeoutMs: 20_000 };
const MODEL = { ...SMALL_MODEL, replicas: 2 };

/**
 * Each change happens under 60 requests per second, and none may fail. Pods get SIGTERM, as in every planned change of
 * Kubernetes; a pod that gets SIGKILL (or loses its node) loses the requests that it works on, which no front can prevent.
 */
describe.skipIf(CANNOT_RUN)(titled("models on Kubernetes under load"), () => {
    let stage: AksStage;
    let root: Issued;
    let intermediate: Issued;

    beforeAll(async () => {
        await prepareSandbox(instance);
        stage = await AksStage.open(instance, {
            hosting: "Kubernetes",
            name: "load",
            resourceGroup: { name: "aks-load" },
            cluster: { create: { purpose: "DevTest" } },
            front: { image: "localhost/front:3.0", memoryInGB: 0.25 },
            leafDomainLabel: "load",
            tls: { mode: "Custom", hostname: HOST },
            dns: { zoneName: "fabrikam.test", createZone: true, ttl: 60 },
            limits: LIMITS,
            models: { iris: MODEL, wine: { ...SMALL_MODEL, replicas: 1 } },
        });
        root = stage.workspace.root();
        intermediate = stage.workspace.intermediate(root);
        stage.trust(root.certificate);
        newCertificate();
        await timed("up from nothing", () => stage.up());
    });
    afterAll(async () => {
        await timed("close", async () => stage?.close());
    });

    /** @returns its fingerprint, as openssl prints it */
    function newCertificate(): string {
        const leaf = stage.workspace.leaf(intermediate, [`DNS:${HOST}`]);
        const chain = leaf.certificate + intermediate.certificate;
        stage.configure({ "tls.certificate": secret(chain), "tls.privateKey": secret(leaf.key) });
        return stage.workspace
            .run("x509", "-in", leaf.certificateFile, "-noout", "-fingerprint", "-sha256")
            .trim();
    }

    /** What the clients see during a change. None of their requests may fail. */
    async function underLoad(name: string, change: () => Promise<unknown>): Promise<LoadSeen> {
        const clients = await Clients.start(stage, "iris");
        const changed = await timed(name, change).catch((error: unknown) => error as Error);
        const seen = await clients.stop();
        console.log(
            `${name}: ${seen.requests} requests, ${seen.failures.length} kinds of failures, p99 ${seen.p99Ms.toFixed(0)} ms, ${seen.pods.size} replicas`,
        );
        if (changed instanceof Error) throw changed;
        expect(seen.failures).toEqual([]);
        return seen;
    }

    it("changes the certificate", async () => {
        const [before, models] = [await stage.podNames("front"), await modelPods()];
        const next = newCertificate();
        // The clients verify the name and the authority of each certificate.
        await underLoad("new certificate", () => stage.up());
        for (const _ of [1, 2, 3, 4]) expect(await stage.servedFingerprint(HOST)).toBe(next);
        expect(await modelPods()).toEqual(models);
        expect(await stage.podNames("front")).not.toEqual(before);
    });

    it("changes the front", async () => {
        const models = await modelPods();
        stage.configure({ "tls.hstsMaxAgeSeconds": 60, "front.memoryInGB": 0.3 });
        // The old pods still drain while the next test begins.
        await underLoad("front rolling update", () => stage.up());
        expect(await modelPods()).toEqual(models);
        const { headers } = await stage.score(uri("iris"), stage.outputs.keys.iris!.primary);
        expect(headers).toMatch(/strict-transport-security: max-age=60/i);
    });

    it.runIf(FULL)("replaces a model, then loses a pod of it and a pod of the front", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        const fronts = await stage.podNames("front");
        stage.configure({ "models.iris.image": NEXT_MODEL_IMAGE });
        const seen = await underLoad("model rolling update, pods deleted", async () => {
            await stage.up();
            // While the old pods drain and DNS still lists them.
            const deleted = [(await stage.podNames("iris"))[0]!, fronts[0]!];
            const { namespace } = stage.outputs;
            await stage.kubectl.run("delete", "pods", ...deleted, "--namespace", namespace, "--wait=false");
            await stage.gone([...before, ...deleted]);
            await stage.ready("iris", 2);
            await stage.ready("front", 2);
        });
        expect(seen.versions).toEqual(new Set(["1", "2"]));
        expect(await stage.podNames("wine")).toEqual(others);
        expect(await stage.podNames("front")).toContain(fronts[1]);
        expect((await stage.score(uri("iris"), stage.outputs.keys.iris!.primary)).body).toContain(
            '"version":"2"',
        );
    });

    it.runIf(FULL)("scales from 2 to 10 replicas while another model is added", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        stage.configure({
            "models.iris.replicas": 10,
            "models.rose": { ...SMALL_MODEL, replicas: 1 },
        });
        const seen = await underLoad("2 to 10 replicas, a new model", async () => {
            await stage.up();
            await stage.ready("iris", 10);
            // The fronts learn of new replicas from DNS within half a minute.
            await stage.soon("all replicas have answered", async () => {
                const served = await Promise.all(
                    (await stage.podNames("iris")).map(pod => stage.statistics(pod)),
                );
                return served.every(({ served }) => served > 0);
            });
        });
        expect(seen.pods.size).toBe(10);
        expect(await stage.podNames("iris")).toEqual(expect.arrayContaining(before));
        expect(await stage.podNames("wine")).toEqual(others);
        expect((await stage.score(uri("rose"), stage.outputs.keys.rose!.primary)).status).toBe(200);
    });

    it.runIf(FULL)("keeps the running replicas when the image of an update is missing", async () => {
        const before = await stage.podNames("iris");
        stage.configure({
            "models.iris.image": "localhost/model:missing",
            "models.iris.progressDeadlineSeconds": 10,
        });
        await underLoad("an image that does not exist", async () => {
            const outcome = await stage.project.up();
            expect(outcome.succeeded).toBe(false);
            expect([...outcome.errors, ...outcome.warnings].join("\n")).toMatch(
                /ErrImagePull|ImagePullBackOff/,
            );
        });
        expect(await stage.podNames("iris")).toEqual(expect.arrayContaining(before));
        stage.configure({
            "models.iris.image": NEXT_MODEL_IMAGE,
            "models.iris.progressDeadlineSeconds": undefined,
        });
    });

    it.runIf(FULL)("scales from 10 to 2 replicas while another model is removed", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        stage.configure({
            "models.iris.replicas": 2,
            "models.rose": undefined,
            overwriteExistingDomain: true,
        });
        let left: string[] = [];
        await underLoad("10 to 2 replicas, a model removed", async () => {
            await stage.up();
            left = await stage.podNames("iris");
            await stage.gone(before.filter(pod => !left.includes(pod)));
        });
        expect(left).toHaveLength(2);
        expect(before).toEqual(expect.arrayContaining(left));
        expect(await stage.podNames("wine")).toEqual(others);
        expect((await stage.score(`https://${HOST}/api/v1/service/rose/score`)).status).toBe(404);
        expect((await stage.project.preview()).steps).toEqual([]);
    });

    async function modelPods(): Promise<string[]> {
        return [...(await stage.podNames("iris")), ...(await stage.podNames("wine"))];
    }

    const uri = (model: string): string => stage.outputs.services[model]!.scoringUri;
});
