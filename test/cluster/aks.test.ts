import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { targetsOfOutputs, verifyService } from "../../cli/verify";
import { FULL } from "../../sandbox/testing/full";
import { azureClients } from "../../sandbox/testing/azure-clients";
import { EVENT_LOGS } from "../../sandbox/testing/harness";
import { startLoad } from "../../sandbox/testing/load";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { testSandbox } from "../../sandbox/testing/test-sandbox";
import { AksStage, type Pod, prepareSandbox, SMALL_MODEL, timed } from "../support/aks-stage";
import { filesBelow, processArguments, secretsFoundIn } from "../support/secrets";
import { type Settings, stackSettings } from "../support/service-stack";
import { frontMetric, secretsOf } from "./aks-evidence";
import { describePreviews } from "./aks-previews";

const instance = testSandbox();

const HOST = "models.fabrikam.test";
const OWN_HOST = "flowers.fabrikam.test";
const GROUP = "inference-local-aks";
/** A model that takes one request at a time, each for a second. Requests that waited 2.5 s get 503. */
const SLOW = {
    ...SMALL_MODEL,
    replicas: 1,
    environment: { DELAY_MS: "1000" },
    limits: { maxConcurrentRequestsPerContainer: 1, maxQueueWaitMs: 2_500 },
};

/** The settings of the stack `local-aks` with small models instead of the iris image, and one slow model. */
function localSettings() {
    const settings = stackSettings("local-aks");
    const models = Object.entries(settings.models as Record<string, Settings>).map(([name, model]) => [
        name,
        { ...model, ...SMALL_MODEL, cpu: 0.1, environment: { MODEL_NAME: name } },
    ]);
    return {
        ...settings,
        resourceGroup: { name: GROUP },
        leafDomainLabel: "fabrikam",
        limits: { maxConcurrentRequestsPerContainer: 10 },
        models: { ...Object.fromEntries(models), slow: SLOW } as Record<string, Settings>,
    };
}

/** The tests depend on each other's order. */
describe.skipIf(CANNOT_RUN)(titled("models on Kubernetes"), () => {
    let stage: AksStage;

    beforeAll(async () => {
        await prepareSandbox(instance);
        stage = await AksStage.open(instance, localSettings());
        await timed("up from nothing", () => stage.up());
        stage.trust();
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
            open: {
                scoringUri: at(HOST, "open"),
                plainHttp: { scoringUri: at(HOST, "open", "http") },
            },
        });
    });

    it("requires the key of the requested model", async () => {
        for (const wrong of [undefined, "no-key-of-ours", key("flowers")])
            expect((await stage.score(at(HOST, "iris"), wrong)).status).toBe(401);
        expect((await stage.score(`https://${OWN_HOST}/score`, key("iris"))).status).toBe(401);
        const secondary = await stage.score(at(HOST, "iris"), stage.outputs.keys.iris!.secondary);
        expect(secondary.status).toBe(200);
        expect((await stage.score(at(HOST, "open"))).status).toBe(200);
        expect((await stage.score(at(HOST, "nobody"), key("iris"))).status).toBe(404);
    });

    it("answers plain HTTP for the model with allowPlainHttp, and redirects the others to HTTPS", async () => {
        expect((await stage.score(at(HOST, "open", "http"))).status).toBe(200);
        for (const model of ["iris", "flowers"]) {
            const redirected = await stage.score(at(HOST, model, "http"), key(model));
            expect(redirected.status).toBe(308);
            expect(redirected.headers).toContain(`location: ${at(HOST, model)}`);
        }
    });

    it("creates restricted pods, network policies, disruption budgets and autoscalers", async () => {
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
            stage.kubectl.run(
                ...["exec", fronts[0]!.metadata.name, "--namespace", stage.outputs.namespace],
                ...["--", "touch", "/x"],
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
        await stage.soon("the autoscaler has a measured CPU utilization", async () => {
            const [autoscaler] = await stage.objects<Autoscaler>("horizontalpodautoscalers");
            return autoscaler?.status.currentMetrics?.[0]?.resource?.current.averageUtilization !== undefined;
        });
    });

    it("rejects privileged pods in its namespace", async () => {
        const { namespace } = stage.outputs;
        const text = await stage.kubectl.run("get", "namespace", namespace, "--output=json");
        expect(JSON.parse(text)).toMatchObject({
            metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        });
        const containers = [{ name: "c", image: SMALL_MODEL.image, securityContext: { privileged: true } }];
        const pod = {
            ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "privileged", namespace } },
            spec: { containers },
        };
        await expect(stage.kubectl.apply(pod)).rejects.toThrow(/violates PodSecurity "restricted:latest"/);
    });

    it("has no changes after an update or a refresh, and verify finds no fault", async () => {
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

    it("answers 503 after maxQueueWaitMs for a slow model, without delay for the others", async () => {
        const { ipAddress } = stage.outputs;
        const fronts = await stage.podNames("front");
        // From now on each model has one queue, whichever front a client uses.
        await stage.soon("every front knows all fronts", async () => {
            const known = await Promise.all(
                fronts.map(pod => frontMetric(stage, pod, 'haproxy_backend_active_servers{proxy=":fronts"}')),
            );
            return known.every(count => count === fronts.length);
        });
        const others = await startLoad({
            ...{ url: at(HOST, "iris"), rate: 50, resolve: ipAddress, body: "{}" },
            ca: stage.authorityFile,
            headers: { Authorization: `Bearer ${key("iris")}` },
        });
        const seen = async (pod: string) =>
            (await frontMetric(stage, pod, 'haproxy_frontend_http_requests_total{proxy="https"}')) ?? 0;
        const before = await Promise.all(fronts.map(seen));
        const { stdout } = await execa("curl", [
            ...["--silent", "--parallel", "--parallel-immediate", "--parallel-max", "12"],
            ...[
                "--cacert",
                stage.authorityFile,
                "--resolve",
                `${HOST}:443:${ipAddress}`,
                "--output",
                "/dev/null",
            ],
            ...["--header", `@${stage.workspace.write("header", `Authorization: Bearer ${key("slow")}`)}`],
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
        // The model starts one at 0, 1 and 2 s; the fourth would start after the deadline.
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

    it("leaks no secret to state, outputs, logs, arguments, files or readable objects of Kubernetes", async () => {
        const secrets = await secretsOf(stage);
        expect(secrets.length).toBeGreaterThanOrEqual(8);
        const { namespace } = stage.outputs;
        const pods = (await stage.objects<Pod>("pods")).map(({ metadata }) => metadata.name);
        const logs = await Promise.all(pods.map(pod => stage.kubectl.run("logs", pod, "-n", namespace)));
        const places: Record<string, string> = {
            state: await stage.project.rawState(),
            outputs: JSON.stringify(await stage.project.outputs()),
            logs: logs.join("\n"),
            objects: await stage.kubectl.run(
                "get",
                "all,configmaps,events",
                "-n",
                namespace,
                "--output=yaml",
            ),
            arguments: processArguments(instance),
            // State, history, logs and configuration. The plug-ins are programs.
            files: await filesBelow(stage.project.state, ["plugins", EVENT_LOGS]),
            logFiles: await filesBelow(path.join(instance.stateFolder, "log")),
        };
        for (const [place, text] of Object.entries(places)) {
            expect({ place, empty: text === "", found: secretsFoundIn(text, secrets) }).toEqual({
                place,
                empty: false,
                found: [],
            });
        }
        // The access log of the fronts is among the searched logs.
        expect(places.logs).toContain("/api/v1/service/iris/score");
        // The same search finds all of them in the Secrets of Kubernetes (Base64) and the decrypted outputs.
        const known = [
            await stage.kubectl.run("get", "secrets", "-n", namespace, "--output=yaml"),
            JSON.stringify(stage.outputs),
        ].join("\n");
        const notFound = secrets
            .map(({ name }) => name)
            .filter(name => !secretsFoundIn(known, secrets).includes(name));
        expect(notFound.filter(name => !name.startsWith("private key"))).toEqual([]);
        expect(notFound.length).toBeLessThan(secrets.length);
    });

    it.runIf(FULL)(
        "keeps the number of replicas when an autoscaler takes over, and can be changed back",
        async () => {
            const replicas = () =>
                stage.kubectl.run(
                    ...["get", "deployment", "models-flowers", "-n", stage.outputs.namespace],
                    "--output=jsonpath={.spec.replicas}",
                );
            const fixed = async (count: number): Promise<void> => {
                stage.configure({ "models.flowers.autoscale": undefined, "models.flowers.replicas": count });
                await stage.up();
                expect(await replicas()).toBe(String(count));
                expect((await stage.project.preview()).steps).toEqual([]);
            };
            await fixed(2);
            const before = await stage.podNames("flowers");
            stage.configure({
                "models.flowers.replicas": undefined,
                "models.flowers.autoscale": { maxReplicas: 3 },
            });
            await stage.up();
            expect(await replicas()).toBe("2");
            expect(await stage.podNames("flowers")).toEqual(before);
            expect((await stage.project.preview()).steps).toEqual([]);
            // The autoscaler, like this command, sets the number through the subresource for it.
            const scale = [
                "scale",
                "deployment/models-flowers",
                "--replicas=3",
                "-n",
                stage.outputs.namespace,
            ];
            await stage.kubectl.run(...scale);
            expect((await stage.project.preview()).steps).toEqual([]);
            // The autoscaler is deleted last and may set the number once more, so only the absence of a field conflict is expected.
            stage.configure({ "models.flowers.autoscale": undefined, "models.flowers.replicas": 1 });
            await stage.up();
            await stage.kubectl.run(
                ...["scale", "deployment/models-flowers", "--replicas=1"],
                "-n",
                stage.outputs.namespace,
            );
            await stage.soon(
                "one pod of flowers is left",
                async () => (await stage.podNames("flowers")).length === 1,
            );
        },
    );

    describePreviews({
        stage: () => stage,
        instance,
        settings: localSettings(),
        hostname: HOST,
        modelHostname: OWN_HOST,
    });

    it("destroys all its resources", async () => {
        const { namespace } = stage.outputs;
        // Otherwise its pods would drain for about a minute.
        await stage.killPods();
        const outcome = await timed("destroy", () => stage.project.destroy());
        expect(outcome.errors).toEqual([]);
        const groups: (string | undefined)[] = [];
        for await (const { name } of azureClients(instance).resources.resourceGroups.list())
            groups.push(name);
        expect(groups).not.toContain(GROUP);
        await expect(stage.kubectl.run("get", "namespace", namespace)).rejects.toThrow(/NotFound/);
    });
});
