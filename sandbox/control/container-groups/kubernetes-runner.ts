import { ApiException, type CoreV1Api, type V1Pod, type V1Secret } from "@kubernetes/client-node";
import { ArmError } from "../arm/errors";
import { ignoringStatus } from "../kubernetes/api-errors";
import type { Resource } from "../state/resource";
import { type GroupInstanceView, instanceView } from "./instance-view";
import { type ContainerGroupHidden, containerGroupHidden, containerGroupProperties } from "./model";
import { GENERATION_LABEL, GROUP_LABEL, groupKey, type PodHost, podManifests } from "./pod";
import type { PodWatch } from "./pod-watch";
import { type ContainerGroupRunner, containerNames, type LogOptions } from "./runner";
import { startState } from "./start-state";

/** The Kubernetes namespace of all container groups. */
export const NAMESPACE = "container-groups";

/** Provisioning fails if a group has not started by then. Azure waits 30 minutes. */
const START_TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 120_000;
const RETRY_MS = 250;

/** The kubelet reports the address of a pod within a second of its start. */
const ADDRESS_TIMEOUT_MS = 5_000;

/** Runs every container group as one pod, because both share a network and volumes among their containers. */
export class KubernetesRunner implements ContainerGroupRunner {
    /** Keys of the groups that `run` is working on. Their pods may be missing temporarily. */
    private readonly running = new Set<string>();
    private ready: Promise<void> | undefined;

    constructor(
        private readonly api: CoreV1Api,
        private readonly pods: PodWatch,
        private readonly host: PodHost,
    ) {}

    /** Creates the namespace and waits for the first list of pods. */
    prepare(): Promise<void> {
        return (this.ready ??= this.connect());
    }

    private async connect(): Promise<void> {
        await retrying(() =>
            ignoringStatus([409], this.api.createNamespace({ body: { metadata: { name: NAMESPACE } } })),
        );
        await this.pods.start();
    }

    async run(group: Resource): Promise<void> {
        const key = groupKey(group.id);
        const { generation } = hiddenOf(group);
        this.running.add(key);
        try {
            await this.prepare();
            await this.remove(key, pod => pod.metadata?.labels?.[GENERATION_LABEL] !== String(generation));
            await this.create(group, generation);
            const state = await this.pods
                .until(() => {
                    const current = startState(group.name, this.pods.ofGeneration(key, generation));
                    return current === "starting" ? undefined : current;
                }, START_TIMEOUT_MS)
                .catch(() => startTimeout(group));
            if (typeof state === "object") throw new ArmError(400, state.failure.code, state.failure.message);
        } finally {
            this.running.delete(key);
        }
    }

    async stop(group: Resource): Promise<void> {
        await this.prepare();
        await this.remove(groupKey(group.id), () => true);
    }

    async view(group: Resource): Promise<GroupInstanceView> {
        const { generation, stopped } = hiddenOf(group);
        const pod = this.pods.ofGeneration(groupKey(group.id), generation);
        const name = pod?.metadata?.name;
        const events =
            name === undefined
                ? []
                : await this.api
                      .listNamespacedEvent({
                          namespace: NAMESPACE,
                          fieldSelector: `involvedObject.name=${name}`,
                      })
                      .then(({ items }) => items)
                      .catch(() => []);
        return instanceView(containerNames(group), stopped, pod, events);
    }

    async logs(group: Resource, container: string, { tail, timestamps }: LogOptions): Promise<string> {
        if (!containerNames(group).includes(container)) {
            throw new ArmError(
                404,
                "ContainerNotFound",
                `The container '${container}' does not exist in container group '${group.name}'.`,
            );
        }
        const name = this.podOf(group)?.metadata?.name;
        if (name === undefined) return "";
        try {
            const options = { namespace: NAMESPACE, name, container, timestamps, tailLines: tail };
            return await this.api.readNamespacedPodLog(options);
        } catch (error) {
            // The container has not started yet.
            if (error instanceof ApiException && error.code === 400) return "";
            throw error;
        }
    }

    /** The pod of the current generation of a group. */
    podOf(group: Resource): V1Pod | undefined {
        return this.pods.ofGeneration(groupKey(group.id), hiddenOf(group).generation);
    }

    /** The group whose pod has an address. Waits, because a container may call before the kubelet has reported the address. */
    groupAt(address: string, groups: () => readonly Resource[]): Promise<Resource | undefined> {
        const find = () => groups().find(group => this.podOf(group)?.status?.podIP === address);
        return this.pods.until(find, ADDRESS_TIMEOUT_MS).catch(() => undefined);
    }

    /**
     * Creates missing pods of the stored groups, and deletes pods of groups that no longer exist. Pods are missing after a
     * user has deleted them, or in a new cluster.
     */
    async reconcile(groups: readonly Resource[]): Promise<void> {
        const known = new Set(groups.map(({ id }) => groupKey(id)));
        const present = new Set(this.pods.all().map(pod => pod.metadata?.labels?.[GROUP_LABEL] ?? ""));
        const orphans = [...present].filter(key => !known.has(key));
        await Promise.all(orphans.map(key => this.remove(key, () => true)));
        const missing = groups.filter(group => {
            const settled = ["Succeeded", "Failed"].includes(group.provisioningState);
            return (
                settled &&
                !hiddenOf(group).stopped &&
                !this.podOf(group) &&
                !this.running.has(groupKey(group.id))
            );
        });
        await Promise.all(missing.map(group => this.run(group).catch(() => undefined)));
    }

    private async create(group: Resource, generation: number): Promise<void> {
        const { pod, secrets } = podManifests({
            id: group.id,
            name: group.name,
            properties: containerGroupProperties.parse(group.properties),
            generation,
            namespace: NAMESPACE,
            ...this.host,
        });
        for (const body of secrets) {
            await retrying(() =>
                ignoringStatus([409], this.api.createNamespacedSecret({ namespace: NAMESPACE, body })),
            );
        }
        await retrying(() =>
            ignoringStatus([409], this.api.createNamespacedPod({ namespace: NAMESPACE, body: pod })),
        );
    }

    /** Deletes the selected pods and secrets of a group, and waits for the end of the pods. */
    private async remove(key: string, selects: (object: V1Pod | V1Secret) => boolean): Promise<void> {
        const remaining = () => this.pods.ofGroup(key).filter(selects);
        await Promise.all(remaining().map(pod => this.removePod(pod)));
        await this.pods.until(() => (remaining().length === 0 ? true : undefined), STOP_TIMEOUT_MS);
        const secrets = await retrying(() =>
            this.api.listNamespacedSecret({ namespace: NAMESPACE, labelSelector: `${GROUP_LABEL}=${key}` }),
        );
        for (const { metadata } of secrets.items.filter(selects)) {
            const name = metadata?.name ?? "";
            await retrying(() =>
                ignoringStatus([404], this.api.deleteNamespacedSecret({ namespace: NAMESPACE, name })),
            );
        }
    }

    private async removePod(pod: V1Pod): Promise<void> {
        const name = pod.metadata?.name ?? "";
        await retrying(() =>
            ignoringStatus([404], this.api.deleteNamespacedPod({ namespace: NAMESPACE, name })),
        );
    }
}

function hiddenOf(group: Resource): ContainerGroupHidden {
    return containerGroupHidden.parse(group.hidden);
}

function startTimeout(group: Resource) {
    return {
        failure: {
            code: "ContainerGroupProvisioningTimeout",
            message: `The container group '${group.name}' did not start in time. See 'Events' in its instance view.`,
        },
    };
}

/**
 * Repeats a request while the API server is not ready. It answers 403 until a new namespace has its service account.
 * @throws for other refusals, and after {@link START_TIMEOUT_MS}
 */
async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
        try {
            return await work();
        } catch (error) {
            const permanent =
                error instanceof ApiException && error.code !== 403 && error.code < 500 && error.code !== 429;
            if (permanent || Date.now() > deadline) throw refusedByKubernetes(error);
            await new Promise(resolve => setTimeout(resolve, RETRY_MS));
        }
    }
}

/** Shortens the error of the client library, whose message contains the whole response. */
function refusedByKubernetes(error: unknown): Error {
    if (!(error instanceof ApiException)) return error instanceof Error ? error : new Error(String(error));
    const body = typeof error.body === "string" ? error.body : JSON.stringify(error.body);
    const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? `HTTP ${error.code}`;
    return new Error(`Kubernetes refused: ${message.replaceAll('\\"', '"')}`);
}
