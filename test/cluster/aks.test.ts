import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { targetsOfOutputs, verifyService } from "../../cli/verify";
import { groupedProcesses } from "../../sandbox/node/control-groups";
import { ROOT } from "../../machine/root";
import { keySecrets, frontMetric } from "./aks-evidence";
import { AksStage, type Pod, prepareSandbox, type Settings, SMALL_MODEL, timed } from "../support/aks-stage";
import { azureClients } from "../../sandbox/testing/azure-clients";
import { privateFiles, readableByOthers } from "./first-light-evidence";
import { startLoad } from "../../sandbox/testing/load";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const HOST = "models.fabrikam.test";
const OWN_HOST = "flowers.fabrikam.test";
const GROUP = "inference-local-aks";
/** One request at a time, of a second each; who has waited this long is sent away. */
const SLOW = {
    ...SMALL_MODEL,
    replicas: 1,
    environment: { DELAY_MS: "1000" },
    limits: { maxConcurrentRequestsPerContainer: 1, maxQueueWaitMs: 2_500 },
};

/** What `npm run up -- --stack local-aks` deploys, with small models in the place of Python's, and a slow one. */
function localSettings(): Settings {
    const text = readFileSync(path.join(ROOT, "stacks", "Pulumi.local-aks.yaml"), "utf8");
    const prefix = "azure-secure-inference:";
    const { config } = parse(text) as { config: Settings };
    const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
    const settings = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
    const models = Object.entries(settings.models as Record<string, Settings>).map(([name, model]) => [
        name,
        { ...model, ...SMALL_MODEL, cpu: 0.1, environment: { MODEL_NAME: name } },
    ]);
    const limits = { maxConcurrentRequestsPerContainer: 10 };
    return { ...settings, limits, models: { ...Object.fromEntries(models), slow: SLOW } };
}

/** One story: each test goes on from the last. */
describe.skipIf(!hasNode)("models on Kubernetes (needs Linux and root)", () => {
    let stage: AksStage;

    beforeAll(async () => {
        await prepareSandbox(instance);
        stage = await AksStage.open(instance, localSettings());
        await timed("up from nothing", () => stage.up());
        stage.trusted();
    });
    afterAll(async () => {
        await stage?.close();
    });

    const key = (model: string): string => stage.outputs.keys[model]!.primary;
    const at = (host: string, model: string, scheme = "https"): string =>
        `${scheme}://${host}/api/v1/service/${model}/score`;

    it("scores over HTTPS under Azure's name and the custom domain", async () => {
        for (const host of [stage.outputs.fqdn, HOST]) {
            for (const model of ["iris", "flowers"]) {
                const { status, body } = await stage.score(at(host, model), key(model));
                expect({ status, answer: JSON.parse(body) as unknown }).toEqual({
                    status: 200,
                    answer: expect.objectContaining({ model }) as unknown,
                });
            }
            // openssl checks the chain and the name.
            expect(await stage.servedFingerprint(host)).toContain(stage.outputs.certificate!.fingerprint);
        }
        const own = await stage.score(`https://${OWN_HOST}/score`, key("flowers"));
        expect(own).toMatchObject({ status: 200, body: expect.stringContaining('"flowers"') as unknown });
        expect(stage.outputs.services).toMatchObject({
            iris: { scoringUri: at(HOST, "iris") },
            flowers: { scoringUri: `https://${OWN_HOST}/score` },
            open: { scoringUri: at(HOST, "open", "http") },
        });
    });

    it("demands each model's own key", async () => {
        for (const wrong of [undefined, "no-key-of-ours", key("flowers")])
            expect((await stage.score(at(HOST, "iris"), wrong)).status).toBe(401);
        expect((await stage.score(`https://${OWN_HOST}/score`, key("iris"))).status).toBe(401);
        const secondary = await stage.score(at(HOST, "iris"), stage.outputs.keys.iris!.secondary);
        expect(secondary.status).toBe(200);
        expect((await stage.score(at(HOST, "open"))).status).toBe(200);
        expect((await stage.score(at(HOST, "nobody"), key("iris"))).status).toBe(404);
    });

    it("answers plain HTTP for the model without TLS, and sends everybody else to HTTPS", async () => {
        expect((await stage.score(at(HOST, "open", "http"))).status).toBe(200);
        for (const model of ["iris", "flowers"]) {
            const redirected = await stage.score(at(HOST, model, "http"), key(model));
            expect(redirected.status).toBe(308);
            expect(redirected.headers).toContain(`location: ${at(HOST, model)}`);
        }
    });

    it("is in Kubernetes what it says it is", async () => {
        const fronts = await stage.pods("front");
        expect(fronts.length).toBeGreaterThanOrEqual(2);
        const pods = await stage.objects<Pod>("pods");
        expect(pods).toHaveLength(fronts.length + 4);
        for (const { spec, status } of pods) {
            expect(spec.securityContext).toMatchObject({
                runAsNonRoot: true,
                seccompProfile: { type: "RuntimeDefault" },
            });
            expect(spec.automountServiceAccountToken).toBe(false);
            expect(spec.containers[0]!.securityContext).toMatchObject({
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
            });
            expect(status.containerStatuses).toMatchObject([{ restartCount: 0 }]);
        }
        for (const { spec } of fronts)
            expect(spec.containers[0]!.securityContext.readOnlyRootFilesystem).toBe(true);
        await expect(
            stage.kubectl(
                "exec",
                fronts[0]!.metadata.name,
                "-n",
                stage.outputs.namespace,
                "--",
                "touch",
                "/x",
            ),
        ).rejects.toThrow(/Read-only file system/);

        const named = async (kind: string) =>
            (await stage.objects<{ metadata: { name: string } }>(kind)).map(one => one.metadata.name).sort();
        const names = ["flowers", "front", "iris", "open", "slow"].map(one => `models-${one}`);
        expect(await named("deployments")).toEqual(names);
        expect(await named("networkpolicies")).toEqual(names);
        expect(await named("poddisruptionbudgets")).toEqual(["models-front"]);
        expect(await named("horizontalpodautoscalers")).toEqual(["models-iris"]);
        interface Autoscaler {
            status: { currentMetrics?: { resource?: { current: { averageUtilization?: number } } }[] };
        }
        await stage.soon("the autoscaler knows how busy the model is", async () => {
            const [autoscaler] = await stage.objects<Autoscaler>("horizontalpodautoscalers");
            return autoscaler?.status.currentMetrics?.[0]?.resource?.current.averageUtilization !== undefined;
        });
    });

    it("refuses pods with more rights in its namespace", async () => {
        const { namespace } = stage.outputs;
        const text = await stage.kubectl("get", "namespace", namespace, "--output=json");
        expect(JSON.parse(text)).toMatchObject({
            metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        });
        const containers = [{ name: "c", image: SMALL_MODEL.image, securityContext: { privileged: true } }];
        const pod = {
            ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "privileged", namespace } },
            spec: { containers },
        };
        await expect(stage.apply(pod)).rejects.toThrow(/violates PodSecurity "restricted:latest"/);
    });

    it("has nothing to change, to refresh or to complain of after an update", async () => {
        expect((await stage.up()).steps).toEqual([]);
        expect((await stage.project.refresh()).steps).toEqual([]);
        for (const [model, target] of targetsOfOutputs(stage.outputs)) {
            const report = await verifyService(target, {
                dnsServer: `${instance.dns.address}:${instance.dns.port}`,
                data: Buffer.from("{}"),
            });
            const faults = report.checks.filter(one => one.outcome === "fault");
            expect({ model, faults }).toEqual({ model, faults: [] });
        }
    });

    it("sends away who waits too long for a slow model, and nobody else notices", async () => {
        const { ipAddress } = stage.outputs;
        const fronts = await stage.podNames("front");
        // From then on a queue is one, whichever front a client came to.
        await stage.soon("all fronts agree who keeps queues", async () => {
            const known = await Promise.all(
                fronts.map(pod => frontMetric(stage, pod, 'haproxy_backend_active_servers{proxy=":fronts"}')),
            );
            return known.every(count => count === fronts.length);
        });
        const others = await startLoad({
            ...{ url: at(HOST, "iris"), rate: 50, resolve: ipAddress, body: "{}" },
            ca: stage.trusted(),
            headers: { Authorization: `Bearer ${key("iris")}` },
        });
        const seen = async (pod: string) =>
            (await frontMetric(stage, pod, 'haproxy_frontend_http_requests_total{proxy="https"}')) ?? 0;
        const before = await Promise.all(fronts.map(seen));
        const { stdout } = await execa("curl", [
            ...["--silent", "--parallel", "--parallel-immediate", "--parallel-max", "12"],
            ...[
                "--cacert",
                stage.trusted(),
                "--resolve",
                `${HOST}:443:${ipAddress}`,
                "--output",
                "/dev/null",
            ],
            ...["--header", `@${stage.workshop.write("header", `Authorization: Bearer ${key("slow")}`)}`],
            ...["--data", "{}", "--write-out", "%{http_code} %{time_total} %header{retry-after}\\n"],
            `${at(HOST, "slow")}?[1-12]`,
        ]);
        const burst = stdout.trim().split("\n");
        const after = await Promise.all(fronts.map(seen));
        for (const index of fronts.keys()) expect(after[index]! - before[index]!).toBeGreaterThan(0);
        const report = await others.stop();
        console.log(
            burst.join("\n"),
            `others: ${report.requests}, p99 ${report.latencies.p99.toFixed(0)} ms`,
        );

        const answers = burst.map(line => line.split(" "));
        // At 0, 1 and 2 s the model takes one; the next turn would come after the deadline.
        expect(answers.filter(([status]) => status === "200")).toHaveLength(3);
        const refused = answers.filter(([status]) => status === "503");
        expect(refused).toHaveLength(9);
        for (const [, seconds, retryAfter] of refused) {
            expect(Number(seconds)).toBeGreaterThan(2.4);
            expect(Number(seconds)).toBeLessThan(3.5);
            expect(Number(retryAfter)).toBeGreaterThan(0);
        }
        const [slow = ""] = await stage.podNames("slow");
        expect(await stage.statistics(slow)).toMatchObject({ highest: 1 });
        expect(report.firstFailures).toEqual([]);
        expect(report.latencies.p99).toBeLessThan(500);
    });

    it("keeps its secrets from state, logs, arguments and what Kubernetes shows to everybody", async () => {
        const secrets = keySecrets(
            stage.outputs,
            await stage.project.pulumi(["stack", "export", "--show-secrets"]),
        );
        expect(secrets.length).toBeGreaterThanOrEqual(8);
        const { namespace } = stage.outputs;
        const pods = (await stage.objects<Pod>("pods")).map(({ metadata }) => metadata.name);
        const logs = await Promise.all(pods.map(pod => stage.kubectl("logs", pod, "-n", namespace)));
        const places: Record<string, string> = {
            state: await stage.project.rawState(),
            outputs: JSON.stringify(await stage.project.outputs()),
            pods: logs.join("\n"),
            objects: await stage.kubectl("get", "all,configmaps,events", "-n", namespace, "--output=yaml"),
            arguments: groupedProcesses(instance)
                .map(pid => readFileSync(`/proc/${pid}/cmdline`, { encoding: "utf8", flag: "r" }))
                .join("\n"),
            files: await readableByOthers(instance.stateFolder),
            logFiles: await privateFiles(path.join(instance.stateFolder, "log")),
        };
        for (const [place, text] of Object.entries(places)) {
            const found = secrets.filter(({ value }) => text.includes(value)).map(({ name }) => name);
            expect({ place, found }).toEqual({ place, found: [] });
        }
        // The front says of each request who asked for what, and the search looks into that.
        expect(places.pods).toContain("/api/v1/service/iris/score");
        const shown = JSON.stringify(stage.outputs);
        expect(secrets.filter(({ value }) => shown.includes(value)).length).toBeGreaterThan(0);
    });

    it("destroys everything", async () => {
        const { namespace } = stage.outputs;
        // Its pods would drain first, for about a minute.
        await stage.hurry();
        const outcome = await timed("destroy", () => stage.project.destroy());
        expect(outcome.errors).toEqual([]);
        const groups: (string | undefined)[] = [];
        for await (const { name } of azureClients(instance).resources.resourceGroups.list())
            groups.push(name);
        expect(groups).not.toContain(GROUP);
        await expect(stage.kubectl("get", "namespace", namespace)).rejects.toThrow(/NotFound/);
    });
});
