import { randomBytes } from "node:crypto";
import {
    type Call,
    type Checked,
    type CheckRequest,
    type Difference,
    type DiffRequest,
    type Identity,
    InitializationError,
    type ReadResult,
    type ResourceType,
} from "../protocol/provider";
import { refreshedInputs } from "../protocol/refreshed-inputs";
import { hasUnknown, isObject, type Properties } from "../protocol/values";
import { ApiError } from "./api-error";
import { awaiterOf } from "./await/awaiters";
import { currentProgress, NotReady, waitUntilReady } from "./await/wait";
import { type Cluster, UnreachableCluster } from "./cluster";
import type { Configuration } from "./configuration";
import { deleteObject } from "./deletion";
import { objectDifference } from "./difference";
import { apiVersionOf, collectionPath, type Endpoint, type Kind } from "./discovery";
import { withName } from "./naming";
import { annotation, at, idOf, parseId, textAt, timeoutSeconds, withMetadata } from "./objects";
import { FIELD_MANAGER, outputsOf, withSecretsMarked } from "./outputs";
import { pruned } from "./pruning";
import { type Write, Writer } from "./writer";

/** The parts of the provider that all kinds use. */
export interface Environment {
    configuration: Configuration;
    /** @throws UnreachableCluster */
    cluster(): Promise<Cluster>;
}

/** Metadata that only the API server sets. */
const SERVER_METADATA = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
];

/** The time limit for reading an object after an operation, in milliseconds. */
const READ_TIMEOUT_MS = 10_000;

/** Implements the operations for the objects of one kind. The schema and validation of the kind are those of the API server. */
export class KubernetesResource implements ResourceType {
    constructor(
        private readonly kind: Kind,
        private readonly environment: Environment,
    ) {}

    async check(request: CheckRequest, call: Call): Promise<Checked> {
        this.refuseUnsupported();
        const apiVersion = request.news.apiVersion ?? apiVersionOf(this.kind);
        const news = withoutServerMetadata({ ...request.news, apiVersion, kind: this.kind.kind });
        try {
            const inputs = await this.inDefaultNamespace(withName({ ...request, news }), request.olds, call);
            return { inputs: withSecretsMarked(inputs), failures: [] };
        } catch (error) {
            if (error instanceof UnreachableCluster || !(error instanceof Error)) throw error;
            return { inputs: news, failures: [error.message] };
        }
    }

    diff(request: DiffRequest): Difference {
        return objectDifference(this.kind, request, this.environment.configuration);
    }

    async preview(news: Properties, olds: Properties | undefined, call: Call): Promise<Properties> {
        if (hasUnknown(news)) return withSecretsMarked(news);
        const cluster = await this.environment.cluster().catch(error => {
            if (error instanceof UnreachableCluster) return undefined;
            throw error;
        });
        const endpoint = await cluster?.discovery.find(this.kind);
        if (!cluster || !endpoint) return withSecretsMarked(news);
        const manager = this.manager(news, olds);
        const writer = new Writer(cluster.client, this.environment.configuration);
        const write = { ...this.write(endpoint, news, manager), dryRun: true };
        try {
            if (olds) return outputsOf(await writer.update(write, call), manager, this.apiVersion(news));
            const { status: _, ...object } = await writer.create(write, call);
            return outputsOf(object, manager, this.apiVersion(news));
        } catch (error) {
            // The user has no permission, or the same update creates the namespace or first deletes the object.
            const isUnknown =
                error instanceof ApiError &&
                (error.code === 403 ||
                    (!olds && (error.isMissingNamespace || error.reason === "AlreadyExists")));
            if (isUnknown) return withSecretsMarked(news);
            throw error;
        }
    }

    async create(news: Properties, call: Call): Promise<{ id: string; outputs: Properties }> {
        const cluster = await this.environment.cluster();
        const endpoint = await this.endpoint(cluster);
        const manager = this.manager(news, undefined);
        const writer = new Writer(cluster.client, this.environment.configuration);
        const write = this.write(endpoint, news, manager);
        const created = await writer.create(write, call).catch((error: unknown) => {
            const { message } = error as Error;
            throw new Error(
                `resource "${idOf(news)}" was not successfully created by the Kubernetes API server: ${message}`,
            );
        });
        const outputs = await this.outputsWhenReady(cluster, endpoint, { write, written: created }, call);
        return { id: idOf(created), outputs };
    }

    async update(resource: Identity, news: Properties, olds: Properties, call: Call): Promise<Properties> {
        const cluster = await this.environment.cluster();
        const endpoint = await this.endpoint(cluster);
        const manager = this.manager(news, olds);
        const writer = new Writer(cluster.client, this.environment.configuration);
        const write = this.write(endpoint, news, manager);
        const updated = await writer.update(write, call).catch((error: unknown) => {
            throw new Error(`update of resource "${resource.id}" failed: ${(error as Error).message}`);
        });
        return this.outputsWhenReady(cluster, endpoint, { write, written: updated }, call);
    }

    async read(
        resource: Identity,
        known: { inputs: Properties; outputs: Properties } | undefined,
        call: Call,
    ): Promise<ReadResult | undefined> {
        const cluster = await this.clusterIfReachable(
            call,
            "failed to read resource state due to unreachable cluster",
        );
        const live = cluster && (await this.find(cluster, resource.id, call));
        if (!live) return undefined;
        const { id } = resource;
        const manager = this.manager(known?.inputs ?? live, known?.outputs);
        const outputs = outputsOf(live, manager, this.apiVersion(known?.inputs ?? live));
        if (!known) return { id, inputs: withSecretsMarked(importedInputs(live)), outputs };
        const inputs = refreshedInputs(
            known.inputs,
            pruned(known.outputs, known.inputs),
            pruned(live, known.inputs),
        );
        const awaiter = awaiterOf(this.kind, inputs);
        const progress = awaiter && (await currentProgress(cluster, live, awaiter));
        if (progress && progress.state !== "ready") {
            const message = `Resource '${id}' was created but failed to initialize`;
            const resource = { id, inputs: withSecretsMarked(inputs), outputs };
            throw new InitializationError(message, resource, progress.reasons);
        }
        return { id, inputs: withSecretsMarked(inputs), outputs };
    }

    async delete(resource: Identity, outputs: Properties, call: Call): Promise<void> {
        const cluster = await this.clusterIfReachable(call, "configured Kubernetes cluster is unreachable");
        // If the API server does not support the kind, there are no objects to delete.
        const endpoint = await cluster?.discovery.find(this.kind);
        if (!cluster || !endpoint) return;
        const { namespace, name } = parseId(resource.id);
        const collection = collectionPath(endpoint, namespace ?? cluster.defaultNamespace);
        await deleteObject(cluster.client, { kind: this.kind, collection, name, outputs }, call);
    }

    /**
     * The cluster; undefined if it is unreachable and the provider is configured to forget resources of such clusters.
     * @param problem the beginning of the error message otherwise
     */
    private async clusterIfReachable(call: Call, problem: string): Promise<Cluster | undefined> {
        try {
            return await this.environment.cluster();
        } catch (error) {
            if (!(error instanceof UnreachableCluster)) throw error;
            error.showOnce(call);
            if (this.environment.configuration.deleteUnreachable) return undefined;
            throw new Error(
                `${problem}. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning ` +
                    'the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
            );
        }
    }

    private refuseUnsupported(): void {
        const { kind } = this.kind;
        if (kind.endsWith("List")) {
            throw new Error(
                "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created " +
                    "directly. Use the underlying resource type instead",
            );
        }
        if (kind.endsWith("Patch"))
            throw new Error(
                `${kind}: Patch resources are not supported by the sandbox. Use ${kind.slice(0, -5)}.`,
            );
    }

    /** Adds the default namespace to inputs without one. Only the cluster can tell whether the kind has namespaces. */
    private async inDefaultNamespace(inputs: Properties, olds: Properties, call: Call): Promise<Properties> {
        if (at(inputs, "metadata", "namespace") !== undefined) return inputs;
        try {
            const cluster = await this.environment.cluster();
            const endpoint = await cluster.discovery.find(this.kind);
            // An unknown kind is probably defined by the same program. Most such kinds have namespaces.
            if (endpoint?.namespaced === false) return inputs;
            return withMetadata(inputs, { namespace: cluster.defaultNamespace });
        } catch (error) {
            if (!(error instanceof UnreachableCluster)) throw error;
            error.showOnce(call);
            const before = textAt(olds, "metadata", "namespace");
            return before === undefined ? inputs : withMetadata(inputs, { namespace: before });
        }
    }

    /** Waits until a written object is ready and returns its outputs. */
    private async outputsWhenReady(
        cluster: Cluster,
        endpoint: Endpoint,
        { write: { inputs, manager }, written }: { write: Write; written: Properties },
        call: Call,
    ): Promise<Properties> {
        const id = idOf(written);
        const presentOutputs = async () => {
            // The signal of the call may have caused a failure, so this request needs another one.
            const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
            const live = await this.find(cluster, id, { ...call, signal });
            return outputsOf(live ?? written, manager, this.apiVersion(inputs));
        };
        const awaiter = awaiterOf(this.kind, inputs);
        if (!awaiter) return presentOutputs();
        const limits = {
            seconds: timeoutSeconds(inputs, call, awaiter.timeout),
            signal: call.signal,
        };
        try {
            await waitUntilReady(cluster, { endpoint, object: written, awaiter }, limits);
        } catch (error) {
            const details = error instanceof NotReady ? error.reasons : [];
            const message = `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${(error as Error).message}`;
            const outputs = await presentOutputs();
            throw new InitializationError(
                message,
                { id, inputs: withSecretsMarked(inputs), outputs },
                details,
            );
        }
        return presentOutputs();
    }

    private async find(cluster: Cluster, id: string, call: Call): Promise<Properties | undefined> {
        const endpoint = await cluster.discovery.find(this.kind);
        if (!endpoint) return undefined;
        const { namespace, name } = parseId(id);
        const collection = collectionPath(endpoint, namespace ?? cluster.defaultNamespace);
        try {
            return await cluster.client.get(`${collection}/${name}`, call.signal);
        } catch (error) {
            if (error instanceof ApiError && error.code === 404) return undefined;
            throw error;
        }
    }

    private async endpoint(cluster: Cluster): Promise<Endpoint> {
        const found = await cluster.discovery.find(this.kind);
        if (found) return found;
        throw new Error(
            `the Kubernetes API server reported that the apiVersion for this resource does not exist ` +
                `(${apiVersionOf(this.kind)} ${this.kind.kind}). Verify that any required CRDs have been created`,
        );
    }

    private write(endpoint: Endpoint, inputs: Properties, manager: string): Write {
        const namespace = textAt(inputs, "metadata", "namespace") ?? "default";
        return {
            collection: collectionPath(endpoint, namespace),
            name: textAt(inputs, "metadata", "name") ?? "",
            inputs,
            manager,
            dryRun: false,
        };
    }

    /** The field manager: from the annotation, from the state, or a new one. */
    private manager(inputs: Properties, olds: Properties | undefined): string {
        const setting = annotation(inputs, "pulumi.com/patchFieldManager");
        return (
            setting ?? textAt(olds, FIELD_MANAGER) ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
        );
    }

    private apiVersion(inputs: Properties): string {
        return textAt(inputs, "apiVersion") ?? apiVersionOf(this.kind);
    }
}

function withoutServerMetadata(object: Properties): Properties {
    if (!isObject(object.metadata)) return object;
    const entries = Object.entries(object.metadata).filter(([name]) => !SERVER_METADATA.includes(name));
    return { ...object, metadata: Object.fromEntries(entries) };
}

/** The inputs with which a program describes the object in its present state. */
function importedInputs(live: Properties): Properties {
    const { status: _, ...object } = withoutServerMetadata(live);
    return object;
}
