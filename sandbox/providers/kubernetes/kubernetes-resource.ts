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
import { NotReady, progressNow, waitUntilReady } from "./await/wait";
import { type Cluster, UnreachableCluster } from "./cluster";
import type { Configuration } from "./configuration";
import { deleteObject } from "./deletion";
import { objectDifference } from "./difference";
import { apiVersionOf, collectionPath, type Endpoint, type Kind } from "./discovery";
import { named } from "./naming";
import { annotation, at, idOf, parseId, textAt, withMetadata } from "./objects";
import { FIELD_MANAGER, outputsOf, withSecretsMarked } from "./outputs";
import { pruned } from "./pruning";
import { Writer } from "./writer";

/** What the provider as a whole knows and every kind needs. */
export interface Environment {
    configuration: Configuration;
    /** @throws UnreachableCluster */
    cluster(): Promise<Cluster>;
}

/** Metadata that the API server alone writes. */
const SERVERS_METADATA = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
];

/** How long a last look at an object may take whose operation has failed, in milliseconds. */
const LAST_LOOK = 10_000;

/** The objects of one kind, with all that the API server itself knows about them: the shape, the rules, the scope. */
export class KubernetesResource implements ResourceType {
    constructor(
        private readonly kind: Kind,
        private readonly environment: Environment,
    ) {}

    async check(request: CheckRequest, call: Call): Promise<Checked> {
        this.refuseUnsupported();
        const apiVersion = request.news.apiVersion ?? apiVersionOf(this.kind);
        const news = withoutServersMetadata({ ...request.news, apiVersion, kind: this.kind.kind });
        try {
            const inputs = await this.inDefaultNamespace(named({ ...request, news }), request.olds, call);
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
        const write = { ...this.place(endpoint, news), inputs: news, manager, dryRun: true };
        try {
            if (olds) return outputsOf(await writer.update(write, call), manager, this.apiVersion(news));
            const { status: _, ...object } = await writer.create(write, call);
            return outputsOf(object, manager, this.apiVersion(news));
        } catch (error) {
            // Not allowed to say, in a namespace that the same update creates, or to be deleted first.
            const isNothingToSay =
                error instanceof ApiError &&
                (error.code === 403 ||
                    (!olds && (error.isMissingNamespace || error.reason === "AlreadyExists")));
            if (isNothingToSay) return withSecretsMarked(news);
            throw error;
        }
    }

    async create(news: Properties, call: Call): Promise<{ id: string; outputs: Properties }> {
        const cluster = await this.environment.cluster();
        const endpoint = await this.endpoint(cluster);
        const manager = this.manager(news, undefined);
        const writer = new Writer(cluster.client, this.environment.configuration);
        const write = { ...this.place(endpoint, news), inputs: news, manager, dryRun: false };
        const created = await writer.create(write, call).catch((error: unknown) => {
            const { message } = error as Error;
            throw new Error(
                `resource "${idOf(news)}" was not successfully created by the Kubernetes API server: ${message}`,
            );
        });
        const outputs = await this.awaited(cluster, endpoint, news, created, manager, call);
        return { id: idOf(created), outputs };
    }

    async update(resource: Identity, news: Properties, olds: Properties, call: Call): Promise<Properties> {
        const cluster = await this.environment.cluster();
        const endpoint = await this.endpoint(cluster);
        const manager = this.manager(news, olds);
        const writer = new Writer(cluster.client, this.environment.configuration);
        const write = { ...this.place(endpoint, news), inputs: news, manager, dryRun: false };
        const updated = await writer.update(write, call).catch((error: unknown) => {
            throw new Error(`update of resource "${resource.id}" failed: ${(error as Error).message}`);
        });
        return this.awaited(cluster, endpoint, news, updated, manager, call);
    }

    async read(
        resource: Identity,
        known: { inputs: Properties; outputs: Properties } | undefined,
        call: Call,
    ): Promise<ReadResult | undefined> {
        const cluster = await this.environment.cluster().catch(error => {
            if (!(error instanceof UnreachableCluster)) throw error;
            error.showOnce(call);
            if (this.environment.configuration.deleteUnreachable) return undefined;
            throw new Error(
                "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can " +
                    "remove this resource from Pulumi state by rerunning the operation with the " +
                    'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
            );
        });
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
        const progress = awaiter && (await progressNow(cluster, live, awaiter));
        if (progress && progress.state !== "ready") {
            const message = `Resource '${id}' was created but failed to initialize`;
            throw new InitializationError(message, id, withSecretsMarked(inputs), outputs, progress.reasons);
        }
        return { id, inputs: withSecretsMarked(inputs), outputs };
    }

    async delete(resource: Identity, outputs: Properties, call: Call): Promise<void> {
        const cluster = await this.environment.cluster().catch(error => {
            if (!(error instanceof UnreachableCluster)) throw error;
            error.showOnce(call);
            if (this.environment.configuration.deleteUnreachable) return undefined;
            throw new Error(
                "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this " +
                    "resource from Pulumi state by rerunning the operation with the " +
                    'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
            );
        });
        // Without the kind there are no objects of it either.
        const endpoint = await cluster?.discovery.find(this.kind);
        if (!cluster || !endpoint) return;
        const { namespace, name } = parseId(resource.id);
        const collection = collectionPath(endpoint, namespace ?? cluster.defaultNamespace);
        await deleteObject(cluster.client, this.kind, collection, name, outputs, call);
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
            throw new Error(`The sandbox's stand-in for kubernetes does not have Patch resources (${kind}).`);
    }

    /** The inputs with the namespace that they mean. Which kinds have one is known to a cluster alone. */
    private async inDefaultNamespace(inputs: Properties, olds: Properties, call: Call): Promise<Properties> {
        if (at(inputs, "metadata", "namespace") !== undefined) return inputs;
        try {
            const cluster = await this.environment.cluster();
            const endpoint = await cluster.discovery.find(this.kind);
            // What the API server does not know yet is one that the program defines: most of those have a namespace.
            if (endpoint?.namespaced === false) return inputs;
            return withMetadata(inputs, { namespace: cluster.defaultNamespace });
        } catch (error) {
            if (!(error instanceof UnreachableCluster)) throw error;
            error.showOnce(call);
            const before = textAt(olds, "metadata", "namespace");
            return before === undefined ? inputs : withMetadata(inputs, { namespace: before });
        }
    }

    /** The outputs once the object is what was asked for. */
    private async awaited(
        cluster: Cluster,
        endpoint: Endpoint,
        news: Properties,
        written: Properties,
        manager: string,
        call: Call,
    ): Promise<Properties> {
        const id = idOf(written);
        const live = async () => {
            // The signal may be the reason for a failure, so the last look has one of its own.
            const found = await this.find(cluster, id, { ...call, signal: AbortSignal.timeout(LAST_LOOK) });
            return outputsOf(found ?? written, manager, this.apiVersion(news));
        };
        const awaiter = awaiterOf(this.kind, news);
        if (!awaiter) return live();
        const asked = Number(annotation(news, "pulumi.com/timeoutSeconds"));
        const seconds = call.timeout ?? (asked > 0 ? asked : awaiter.timeout);
        try {
            await waitUntilReady(cluster, endpoint, written, awaiter, seconds, call.signal);
        } catch (error) {
            const details = error instanceof NotReady ? error.reasons : [];
            const message = `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${(error as Error).message}`;
            throw new InitializationError(message, id, withSecretsMarked(news), await live(), details);
        }
        return live();
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

    private place(endpoint: Endpoint, inputs: Properties): { collection: string; name: string } {
        const namespace = textAt(inputs, "metadata", "namespace") ?? "default";
        return {
            collection: collectionPath(endpoint, namespace),
            name: textAt(inputs, "metadata", "name") ?? "",
        };
    }

    private manager(inputs: Properties, olds: Properties | undefined): string {
        const kept = textAt(olds, FIELD_MANAGER);
        const wish = annotation(inputs, "pulumi.com/patchFieldManager");
        return wish ?? kept ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
    }

    private apiVersion(inputs: Properties): string {
        return textAt(inputs, "apiVersion") ?? apiVersionOf(this.kind);
    }
}

function withoutServersMetadata(object: Properties): Properties {
    if (!isObject(object.metadata)) return object;
    const own = Object.entries(object.metadata).filter(([name]) => !SERVERS_METADATA.includes(name));
    return { ...object, metadata: Object.fromEntries(own) };
}

/** What a program would have to say about an object to get it as it is. */
function importedInputs(live: Properties): Properties {
    const { status: _, ...object } = withoutServersMetadata(live);
    return object;
}
