import { randomBytes } from "node:crypto";
import * as https from "node:https";
import * as path from "node:path";
import {
    AppsV1Api,
    AutoscalingV2Api,
    CoreV1Api,
    KubeConfig,
    type V1Deployment,
    type V1ResourceRequirements,
} from "@kubernetes/client-node";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { importImage, programArchive } from "../../node/images";
import { findNamespaces } from "../../node/namespace";
import { API_SERVER_SERVICE_ADDRESS, DNS_SERVICE_ADDRESS, NODE_ADDRESS } from "../../node/settings";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const PROBE_IMAGE = "localhost/node-probe:test";
const PORT = 8080;

/** Different in each run, so that CoreDNS has no cached answers for its names. */
const namespace = `node-${randomBytes(3).toString("hex")}`;
const restricted = `${namespace}-restricted`;

describe.skipIf(!hasNode)("the sandbox's cluster (needs Linux and root)", () => {
    let config: KubeConfig;
    let core: CoreV1Api;
    /** Names and addresses of two pods behind the headless Service `models` and the Service `front`. */
    let pods: { name: string; address: string }[];
    let frontAddress: string;
    let frontNodePort: number;

    beforeAll(async () => {
        await sandboxUp(instance);
        await importImage(instance, await programArchive(path.join(__dirname, "node-probe"), PROBE_IMAGE));
        config = new KubeConfig();
        config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
        core = config.makeApiClient(CoreV1Api);
        await core.createNamespace({ body: { metadata: { name: namespace } } });
        await deploy("models", 2);
        pods = await podsOf("models");
        const ports = [{ port: 80, targetPort: PORT }];
        const selector = { app: "models" };
        await core.createNamespacedService({
            namespace,
            body: { metadata: { name: "models" }, spec: { clusterIP: "None", selector, ports } },
        });
        const front = await core.createNamespacedService({
            namespace,
            body: { metadata: { name: "front" }, spec: { type: "NodePort", selector, ports } },
        });
        frontAddress = front.spec?.clusterIP ?? "";
        frontNodePort = front.spec?.ports?.[0]?.nodePort ?? 0;
    });
    afterAll(async () => {
        for (const name of [namespace, restricted])
            await core.deleteNamespace({ name }).catch(() => undefined);
    });

    it("resolves a headless Service to its pods and another Service to its address", async () => {
        const addresses = pods.map(({ address }) => address).sort();
        expect(addresses).toHaveLength(2);
        const resolved = () => resolve(`models.${namespace}.svc.cluster.local`);
        // The Service was created after the pods, and CoreDNS may have cached an answer without endpoints.
        await eventually(async () => (await resolved()).length === 2, 35_000);
        expect(await resolved()).toEqual(addresses);
        expect(await resolve("front")).toEqual([frontAddress]);
        expect(await resolve("kubernetes.default")).toEqual([API_SERVER_SERVICE_ADDRESS]);
        expect(await resolve("kubernetes.default.svc.cluster.local.", `${DNS_SERVICE_ADDRESS}:53`)).toEqual([
            API_SERVER_SERVICE_ADDRESS,
        ]);
    });

    it("answers with a TTL of 30 seconds, as AKS does", async () => {
        const script = `
            const resolver = new (require("node:dns").promises.Resolver)();
            resolver.setServers(["${NODE_ADDRESS}"]);
            resolver.resolve4("front.${namespace}.svc.cluster.local", { ttl: true }).then(([{ ttl }]) => console.log(ttl));
        `;
        const ttl = Number(await onNode(script));
        // CoreDNS may have cached the answer since the start of this file, which reduces the TTL.
        expect(ttl).toBeGreaterThan(5);
        expect(ttl).toBeLessThanOrEqual(30);
    });

    it("answers at once that names outside of the cluster do not exist", async () => {
        const start = Date.now();
        await expect(resolve("example.com")).rejects.toThrow(/no such host/);
        expect(Date.now() - start).toBeLessThan(2_000);
    });

    it("forwards the address of a Service to each of its pods, from a pod and from the node", async () => {
        const names = pods.map(({ name }) => name).sort();
        const seen = new Set<string>();
        await eventually(async () => {
            // kube-proxy takes up to a second to apply a new Service.
            const name = await fetchFromPod(`http://${frontAddress}/`).catch(() => undefined);
            if (name !== undefined) seen.add(name);
            return seen.size === 2;
        }, 20_000);
        expect([...seen].sort()).toEqual(names);
        expect(names).toContain(await fetchFromNode(`http://${frontAddress}/`));
        expect(names).toContain(await fetchFromNode(`http://${NODE_ADDRESS}:${frontNodePort}/`));
        expect(await fetchFromPod(`https://${API_SERVER_SERVICE_ADDRESS}/version`)).toContain("gitVersion");
    });

    it("scales a busy Deployment", async () => {
        const autoscaling = config.makeApiClient(AutoscalingV2Api);
        const name = "busy";
        await deploy(name, 1, { requests: { cpu: "50m" }, limits: { cpu: "200m" } });
        const [pod] = await podsOf(name);
        await throughApiServer(proxied(pod!.name, "/burn"));
        const start = Date.now();
        await autoscaling.createNamespacedHorizontalPodAutoscaler({
            namespace,
            body: {
                metadata: { name },
                spec: {
                    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
                    minReplicas: 1,
                    maxReplicas: 2,
                    metrics: [
                        {
                            type: "Resource",
                            resource: {
                                name: "cpu",
                                target: { type: "Utilization", averageUtilization: 60 },
                            },
                        },
                    ],
                },
            },
        });
        const hasScaled = await eventually(async () => (await podsOf(name)).length === 2, 60_000);
        const { status } = await autoscaling.readNamespacedHorizontalPodAutoscaler({ namespace, name });
        expect(hasScaled, JSON.stringify(status?.conditions)).toBe(true);
        console.log(`Scaled after ${((Date.now() - start) / 1000).toFixed(0)} s of load.`);
        expect(status?.currentMetrics?.[0]?.resource?.current.averageUtilization).toBeGreaterThan(60);
    });

    it("refuses pods that the Pod Security level of the namespace forbids", async () => {
        const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
        await core.createNamespace({ body: { metadata: { name: restricted, labels } } });
        const refused = core.createNamespacedPod({
            namespace: restricted,
            body: {
                metadata: { name: "privileged" },
                spec: {
                    containers: [
                        { name: "probe", image: PROBE_IMAGE, securityContext: { privileged: true } },
                    ],
                },
            },
        });
        await expect(refused).rejects.toThrow(/violates PodSecurity .*restricted:latest/);
    });

    /** Creates a Deployment of the probe and waits until all its pods answer. */
    async function deploy(name: string, replicas: number, resources: V1ResourceRequirements = {}) {
        const apps = config.makeApiClient(AppsV1Api);
        const labels = { app: name };
        const body: V1Deployment = {
            metadata: { name },
            spec: {
                replicas,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        automountServiceAccountToken: false,
                        terminationGracePeriodSeconds: 1,
                        containers: [
                            {
                                name: "probe",
                                image: PROBE_IMAGE,
                                imagePullPolicy: "Never",
                                readinessProbe: { httpGet: { path: "/", port: PORT }, periodSeconds: 1 },
                                resources,
                            },
                        ],
                    },
                },
            },
        };
        await apps.createNamespacedDeployment({ namespace, body });
        const areReady = async () =>
            (await apps.readNamespacedDeployment({ namespace, name })).status?.readyReplicas === replicas;
        expect(await eventually(areReady, 60_000)).toBe(true);
    }

    async function podsOf(app: string) {
        const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` });
        return items.map(({ metadata, status }) => ({
            name: metadata?.name ?? "",
            address: status?.podIP ?? "",
        }));
    }

    async function resolve(name: string, server = ""): Promise<string[]> {
        const question = new URLSearchParams({ name, server });
        return (await throughApiServer(proxied(pods[0]!.name, `/resolve?${question.toString()}`))).split(
            "\n",
        );
    }

    function fetchFromPod(url: string): Promise<string> {
        return throughApiServer(proxied(pods[0]!.name, `/fetch?${new URLSearchParams({ url }).toString()}`));
    }

    function fetchFromNode(url: string): Promise<string> {
        return onNode(`fetch("${url}").then(answer => answer.text()).then(console.log)`);
    }

    /** Runs a script in the node's network. @returns its output */
    async function onNode(script: string): Promise<string> {
        const [program, ...options] = findNamespaces(instance)!.inNode([process.execPath, "-e", script]);
        return (await execa(program!, options)).stdout;
    }

    function proxied(pod: string, path: string): string {
        return `/api/v1/namespaces/${namespace}/pods/${pod}:${PORT}/proxy${path}`;
    }

    async function throughApiServer(path: string): Promise<string> {
        const options: https.RequestOptions = { agent: false };
        await config.applyToHTTPSOptions(options);
        return new Promise((resolve, reject) => {
            const url = new URL(path, config.getCurrentCluster()!.server);
            const request = https.get(url, options, response => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (text += chunk));
                response.on("error", reject);
                response.on("end", () =>
                    response.statusCode === 200 ? resolve(text) : reject(new Error(text)),
                );
            });
            request.on("error", reject);
        });
    }
});
