import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Issued } from "../support/openssl";
import { Clients, type LoadSeen } from "../support/aks-load-stage";
import { AksStage, diagnostics, prepareSandbox, SMALL_MODEL, timed } from "../support/aks-stage";
import { NEXT_MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const HOST = "load.fabrikam.test";
/** As many at a time as come while a busy machine stands still: it was seen to for more than three seconds. */
const LIMITS = { maxConcurrentRequestsPerContainer: 300, maxQueueWaitMs: 20_000, scoringTimeoutMs: 20_000 };
const MODEL = { ...SMALL_MODEL, replicas: 2 };

/**
 * Every story runs under 240 requests a second. Pods are asked to go, as Kubernetes does it in every planned change; a pod that
 * is killed (SIGKILL, a node that is lost) takes the requests with it that it is working on, whatever is in front of it.
 */
describe.skipIf(!hasNode)("models on Kubernetes under load (needs Linux and root)", () => {
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
        root = stage.workshop.root();
        intermediate = stage.workshop.intermediate(root);
        stage.trusted(root.certificate);
        await newCertificate();
        await timed("up from nothing", () => stage.up());
    });
    afterAll(async () => {
        await timed("close", async () => stage?.close());
    });

    /** @returns its fingerprint, as openssl writes it */
    async function newCertificate(): Promise<string> {
        const leaf = stage.workshop.leaf(intermediate, [`DNS:${HOST}`]);
        const chain = leaf.certificate + intermediate.certificate;
        await stage.configure({ "tls.certificate": chain, "tls.privateKey": leaf.key }, "--secret");
        return stage.workshop
            .run("x509", "-in", leaf.certificateFile, "-noout", "-fingerprint", "-sha256")
            .trim();
    }

    /** What became of the requests while something happened. */
    async function underLoad(story: string, change: () => Promise<unknown>): Promise<LoadSeen> {
        const clients = await Clients.start(stage, "iris");
        const changed = await timed(story, change).catch((error: unknown) => error as Error);
        const seen = await clients.stop();
        console.log(
            `${story}: ${seen.requests} requests, ${seen.failures.length} kinds of failures, p99 ${seen.p99Ms.toFixed(0)} ms, ${seen.pods.size} replicas`,
        );
        if (changed instanceof Error) throw changed;
        expect(seen.failures).toEqual([]);
        return seen;
    }

    it("serves a new certificate", async () => {
        const [before, models] = [await stage.podNames("front"), await modelPods()];
        const next = await newCertificate();
        // The clients check every certificate that they are shown against the name and the authority.
        await underLoad("new certificate", () => stage.up());
        for (const _ of [1, 2, 3, 4]) expect(await stage.servedFingerprint(HOST)).toBe(next);
        expect(await modelPods()).toEqual(models);
        expect(await stage.podNames("front")).not.toEqual(before);
    });

    it("changes the front", async () => {
        const models = await modelPods();
        await stage.configure({ "tls.hstsMaxAgeSeconds": "60", "front.memoryInGB": "0.3" });
        // Those of before go on draining while the next story begins.
        await underLoad("front rolling update", () => stage.up());
        expect(await modelPods()).toEqual(models);
        const { headers } = await stage.score(uri("iris"), stage.outputs.keys.iris!.primary);
        expect(headers).toMatch(/strict-transport-security: max-age=60/i);
    });

    it("replaces a model, then loses a pod of it and a pod of the front", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        const fronts = await stage.podNames("front");
        await stage.configure({ "models.iris.image": NEXT_MODEL_IMAGE });
        const seen = await underLoad("model rolling update, pods deleted", async () => {
            await stage.up();
            // While the old ones drain, and DNS still lists them.
            const deleted = [(await stage.podNames("iris"))[0]!, fronts[0]!];
            const { namespace } = stage.outputs;
            await stage.kubectl("delete", "pods", ...deleted, "--namespace", namespace, "--wait=false");
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

    it("grows from 2 to 10 replicas beside a new model", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        await stage.configure({
            "models.iris.replicas": "10",
            ...settingsOf("models.rose", { ...SMALL_MODEL, replicas: 1 }),
        });
        const seen = await underLoad("2 to 10 replicas, a new model", async () => {
            await stage.up();
            await stage.ready("iris", 10);
            // DNS tells the fronts of new replicas within half a minute.
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

    it("keeps serving what it has when an update cannot work, and goes on when it is taken back", async () => {
        const before = await stage.podNames("iris");
        await stage.configure({
            "models.iris.image": "localhost/model:missing",
            "models.iris.progressDeadlineSeconds": "10",
        });
        await underLoad("an image that does not exist", async () => {
            const outcome = await stage.project.up();
            expect(outcome.succeeded).toBe(false);
            expect(diagnostics(outcome).join("\n")).toMatch(/ErrImagePull|ImagePullBackOff/);
        });
        expect(await stage.podNames("iris")).toEqual(expect.arrayContaining(before));
        await stage.configure({ "models.iris.image": NEXT_MODEL_IMAGE });
        await stage.project.pulumi([
            ...["config", "rm", "--path"],
            "azure-secure-inference:models.iris.progressDeadlineSeconds",
        ]);
    });

    it("shrinks from 10 to 2 replicas as another model goes", async () => {
        const [before, others] = [await stage.podNames("iris"), await stage.podNames("wine")];
        await stage.configure({ "models.iris.replicas": "2" });
        await stage.project.pulumi(["config", "rm", "--path", "azure-secure-inference:models.rose"]);
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

/** An object's settings by their paths. */
function settingsOf(at: string, value: object): Record<string, string> {
    return Object.fromEntries(
        Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
            typeof one === "object" && one !== null
                ? Object.entries(settingsOf(`${at}.${name}`, one))
                : [[`${at}.${name}`, String(one)]],
        ),
    );
}
