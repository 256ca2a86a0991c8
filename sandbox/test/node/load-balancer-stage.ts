import { Resolver } from "node:dns/promises";
import * as http from "node:http";
import * as path from "node:path";
import {
    ApiException,
    AppsV1Api,
    CoreV1Api,
    KubeConfig,
    PatchStrategy,
    setHeaderOptions,
    type V1Service,
} from "@kubernetes/client-node";
import { eventually } from "../../processes/wait";
import type { SandboxInstance } from "../../instance";
import { MODEL_IMAGE } from "../../testing/model-image";

/** Timeout for a change in Kubernetes to take effect. Long enough for a busy machine. */
const CHANGE_TIMEOUT_MS = 60_000;

/** How long a pod serves requests after SIGTERM. Kubernetes does not report when the load balancer has removed the pod. */
const DRAIN_MS = 10_000;

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

const ANNOTATION = "service.beta.kubernetes.io/azure-";

/** The answer of a replica of the model. */
export interface Score {
    model: string;
    version: string;
    pod: string;
}

/** A namespace with a model, and Services in front of it. */
export class BalancerStage {
    readonly namespace = `balancer-${process.pid}`;
    readonly #core: CoreV1Api;
    readonly #apps: AppsV1Api;

    constructor(private readonly instance: SandboxInstance) {
        const config = new KubeConfig();
        config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
        this.#core = config.makeApiClient(CoreV1Api);
        this.#apps = config.makeApiClient(AppsV1Api);
    }

    async open(replicas: number): Promise<void> {
        const { namespace } = this;
        await this.#core.createNamespace({ body: { metadata: { name: namespace } } });
        const labels = { app: "model" };
        const probe = { httpGet: { path: "/", port: 5001 }, periodSeconds: 1 };
        await this.#apps.createNamespacedDeployment({
            namespace,
            body: {
                metadata: { name: "model" },
                spec: {
                    replicas,
                    selector: { matchLabels: labels },
                    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
                    template: {
                        metadata: { labels },
                        spec: {
                            automountServiceAccountToken: false,
                            containers: [
                                {
                                    name: "model",
                                    image: MODEL_IMAGE,
                                    imagePullPolicy: "Never",
                                    env: [
                                        { name: "MODEL_NAME", value: "iris" },
                                        { name: "DRAIN_MS", value: String(DRAIN_MS) },
                                    ],
                                    ports: [{ name: "score", containerPort: 5001 }],
                                    readinessProbe: probe,
                                },
                            ],
                        },
                    },
                },
            },
        });
        await this.deployed();
    }

    async close(): Promise<void> {
        const name = this.namespace;
        await this.#core.deleteNamespace({ name }).catch(() => undefined);
        await expectSoon(`namespace ${name} does not exist`, async () =>
            isMissing(this.#core.readNamespace({ name })),
        );
    }

    /** Changes the model's Deployment and waits until it has exactly the requested pods, all ready. */
    async deploy(change: { replicas?: number; image?: string }): Promise<void> {
        const { replicas, image } = change;
        const containers = [{ name: "model", image }];
        const body = {
            spec: {
                ...(replicas !== undefined && { replicas }),
                ...(image !== undefined && { template: { spec: { containers } } }),
            },
        };
        const strategic = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
        await this.#apps.patchNamespacedDeployment(
            { namespace: this.namespace, name: "model", body },
            strategic,
        );
        await this.deployed();
    }

    private async deployed(): Promise<void> {
        await expectSoon("the model is deployed", async () => {
            const { metadata, spec, status } = await this.#apps.readNamespacedDeployment({
                namespace: this.namespace,
                name: "model",
            });
            const pods = await this.#core.listNamespacedPod({ namespace: this.namespace });
            const wanted = spec?.replicas;
            return (
                status?.observedGeneration === metadata?.generation &&
                status?.updatedReplicas === wanted &&
                status?.availableReplicas === wanted &&
                pods.items.length === wanted
            );
        });
    }

    /** A Service of type LoadBalancer. @param annotations without their common prefix */
    async service(
        name: string,
        annotations: Record<string, string>,
        options: { port?: number; selector?: string } = {},
    ): Promise<void> {
        const prefixed = Object.entries(annotations).map(([key, value]) => [ANNOTATION + key, value]);
        await this.#core.createNamespacedService({
            namespace: this.namespace,
            body: {
                metadata: { name, annotations: Object.fromEntries(prefixed) as Record<string, string> },
                spec: {
                    type: "LoadBalancer",
                    selector: { app: options.selector ?? "model" },
                    ports: [{ port: options.port ?? 80, targetPort: "score" }],
                },
            },
        });
    }

    /** Waits for the address of a Service and returns it. */
    async address(name: string): Promise<string> {
        let address: string | undefined;
        await expectSoon(`Service ${name} has an address`, async () => {
            address = (await this.read(name)).status?.loadBalancer?.ingress?.[0]?.ip;
            return address !== undefined;
        });
        return address!;
    }

    read(name: string): Promise<V1Service> {
        return this.#core.readNamespacedService({ namespace: this.namespace, name });
    }

    async changeType(name: string, type: string): Promise<void> {
        const body = { spec: { type } };
        await this.#core.patchNamespacedService({ namespace: this.namespace, name, body }, MERGE);
    }

    /** Deletes a Service and waits until it no longer exists. */
    async deleteService(name: string): Promise<void> {
        const { namespace } = this;
        await this.#core.deleteNamespacedService({ namespace, name });
        await expectSoon(`Service ${name} does not exist`, () =>
            isMissing(this.#core.readNamespacedService({ namespace, name })),
        );
    }

    /** Waits for an event of a Service and returns its message. */
    async event(name: string, reason: string): Promise<string> {
        let message: string | undefined;
        await expectSoon(`Service ${name} has an event ${reason}`, async () => {
            const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
            const events = await this.#core.listNamespacedEvent({ namespace: this.namespace, fieldSelector });
            message = events.items[0]?.message;
            return message !== undefined;
        });
        return message!;
    }

    /** A scoring request to a name that the sandbox's DNS resolves. */
    async scoreByName(name: string): Promise<Score> {
        const resolver = new Resolver();
        resolver.setServers([`${this.instance.dns.address}:${this.instance.dns.port}`]);
        const [address = ""] = await resolver.resolve4(name);
        return score(address, { host: name });
    }
}

/** A scoring request. @param options.from source address @throws if the connection is refused or reset */
export function score(
    address: string,
    options: { host?: string; from?: string; port?: number } = {},
): Promise<Score> {
    const { host = address, from, port = 80 } = options;
    return new Promise((resolve, reject) => {
        const request = http.request(
            {
                ...{ host: address, port, path: "/score", method: "POST", agent: false, timeout: 10_000 },
                ...(from !== undefined && { localAddress: from }),
                headers: { host },
            },
            response => {
                let body = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (body += chunk));
                response.on("end", () => resolve(JSON.parse(body) as Score));
            },
        );
        request.on("timeout", () => request.destroy(new Error("no answer")));
        request.on("error", reject);
        request.end("{}");
    });
}

/** Waits for a condition. @param expected a description of the condition for the error */
async function expectSoon(expected: string, condition: () => Promise<boolean>): Promise<void> {
    if (!(await eventually(condition, CHANGE_TIMEOUT_MS)))
        throw new Error(`Not within ${CHANGE_TIMEOUT_MS / 1000} s: ${expected}`);
}

/** Whether a read fails with 404. */
async function isMissing(reading: Promise<unknown>): Promise<boolean> {
    try {
        await reading;
        return false;
    } catch (error) {
        if (error instanceof ApiException && error.code === 404) return true;
        throw error;
    }
}
