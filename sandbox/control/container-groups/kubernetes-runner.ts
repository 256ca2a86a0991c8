import { ApiException, type CoreV1Api, type V1Pod, type V1Secret } from "@kubernetes/client-node";
import { ArmError } from "../arm/errors";
import type { Resource } from "../state/resource";
import { type GroupInstanceView, instanceView } from "./instance-view";
import { type ContainerGroupHidden, containerGroupHidden, containerGroupProperties } from "./model";
import { GENERATION_LABEL, GROUP_LABEL, groupKey, type PodHost, podManifests } from "./pod";
import type { PodWatch } from "./pod-watch";
import { type ContainerGroupRunner, containerNames, type LogOptions } from "./runner";
import { startState } from "./start-state";

/** Where the pods of all container groups are. */
export const NAMESPACE = "container-groups";

/** A group that has not started by then never will; Azure waits 30 minutes. */
const START_TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 120_000;
const RETRY_MS = 250;

/** The kubelet tells the address of a pod within a second of its start. */
const ADDRESS_TIMEOUT_MS = 5_000;

/** Runs every container group as a pod. */
export class KubernetesRunner implements ContainerGroupRunner {
    /** Groups on which `run` works now: their pods may be missing for a moment. */
    private readonly running = new Set<string>();
    private ready: Promise<void> | undefined;

    constructor(
        private readonly api: CoreV1Api,
        private readonly pods: PodWatch,
        private readonly host: PodHost,
    ) {}

    /** Ends when the namespace is there and the pods are known. */
    prepare(): Promise<void> {
        return (this.ready ??= this.connect());
    }

    private async connect(): Promise<void> {
        await retried(() =>
            ignoring(409, this.api.createNamespace({ body: { metadata: { name: NAMESPACE } } })),
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
                    const now = startState(group.name, this.pods.ofGeneration(key, generation));
                    return now === "starting" ? undefined : now;
                }, START_TIMEOUT_MS)
                .catch(() => timedOut(group));
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

    /** The pod that a group has now. */
    podOf(group: Resource): V1Pod | undefined {
        return this.pods.ofGeneration(groupKey(group.id), hiddenOf(group).generation);
    }

    /** The group whose pod has an address. A container may ask before Kubernetes has been told what its pod got. */
    groupAt(address: string, groups: () => readonly Resource[]): Promise<Resource | undefined> {
        const found = () => groups().find(group => this.podOf(group)?.status?.podIP === address);
        return this.pods.until(found, ADDRESS_TIMEOUT_MS).catch(() => undefined);
    }

    /**
     * Makes Kubernetes agree with the record: pods that are missing come back, pods of groups that are gone go.
     * Pods go missing when somebody deletes them, or when the cluster is a new one.
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
            await retried(() =>
                ignoring(409, this.api.createNamespacedSecret({ namespace: NAMESPACE, body })),
            );
        }
        await retried(() => ignoring(409, this.api.createNamespacedPod({ namespace: NAMESPACE, body: pod })));
    }

    /** Ends when those pods and secrets of a group are gone. */
    private async remove(key: string, which: (object: V1Pod | V1Secret) => boolean): Promise<void> {
        const leaving = () => this.pods.ofGroup(key).filter(which);
        await Promise.all(leaving().map(pod => this.removePod(pod)));
        await this.pods.until(() => (leaving().length === 0 ? true : undefined), STOP_TIMEOUT_MS);
        const secrets = await retried(() =>
            this.api.listNamespacedSecret({ namespace: NAMESPACE, labelSelector: `${GROUP_LABEL}=${key}` }),
        );
        for (const { metadata } of secrets.items.filter(which)) {
            const name = metadata?.name ?? "";
            await retried(() =>
                ignoring(404, this.api.deleteNamespacedSecret({ namespace: NAMESPACE, name })),
            );
        }
    }

    private async removePod(pod: V1Pod): Promise<void> {
        const name = pod.metadata?.name ?? "";
        await retried(() => ignoring(404, this.api.deleteNamespacedPod({ namespace: NAMESPACE, name })));
    }
}

function hiddenOf(group: Resource): ContainerGroupHidden {
    return containerGroupHidden.parse(group.hidden);
}

function timedOut(group: Resource) {
    return {
        failure: {
            code: "ContainerGroupProvisioningTimeout",
            message: `The container group '${group.name}' did not start in time. See 'Events' in its instance view.`,
        },
    };
}

/** An object that is there already, or already gone, is as good. */
async function ignoring(code: number, work: Promise<unknown>): Promise<void> {
    try {
        await work;
    } catch (error) {
        if (!(error instanceof ApiException && error.code === code)) throw error;
    }
}

/**
 * Tries again while the API server does not answer or is not ready: 403 is what it says until the new namespace has
 * its service account. What it refuses for good is thrown.
 */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
        try {
            return await work();
        } catch (error) {
            const lasting =
                error instanceof ApiException && error.code !== 403 && error.code < 500 && error.code !== 429;
            if (lasting || Date.now() > deadline) throw refusedByKubernetes(error);
            await new Promise(resolve => setTimeout(resolve, RETRY_MS));
        }
    }
}

/** The client's own message holds the whole body and headers. */
function refusedByKubernetes(error: unknown): Error {
    if (!(error instanceof ApiException)) return error instanceof Error ? error : new Error(String(error));
    const body = typeof error.body === "string" ? error.body : JSON.stringify(error.body);
    const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? `HTTP ${error.code}`;
    return new Error(`Kubernetes refused: ${message.replaceAll('\\"', '"')}`);
}
