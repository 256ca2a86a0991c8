import type { Call } from "../protocol/provider";
import { ApiClient } from "./client";
import type { Configuration } from "./configuration";
import { Discovery } from "./discovery";
import { loadKubeconfig } from "./kubeconfig";

/** A cluster with a connection to its API server. */
export interface Cluster {
    client: ApiClient;
    discovery: Discovery;
    /** The namespace of objects without `metadata.namespace`. */
    defaultNamespace: string;
}

/** The cluster in the configuration cannot be reached. */
export class UnreachableCluster extends Error {
    private isShown = false;

    constructor(reason: string) {
        super(`configured Kubernetes cluster is unreachable: ${reason}`);
    }

    /** Shows the reason for the first resource that is affected, not for each of them. */
    showOnce(call: Call): void {
        if (!this.isShown) call.warn(this.message);
        this.isShown = true;
    }
}

/** @throws UnreachableCluster */
export async function connectToCluster(configuration: Configuration): Promise<Cluster> {
    const config = await attempt("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`", () =>
        loadKubeconfig(configuration),
    );
    const client = await attempt("unable to load Kubernetes client configuration from kubeconfig file", () =>
        ApiClient.connect(config),
    );
    await attempt("unable to load schema information from the API server", () => client.get("/version"));
    const context = config.getContextObject(config.getCurrentContext());
    return {
        client,
        discovery: new Discovery(client),
        defaultNamespace: configuration.namespace ?? (context?.namespace || "default"),
    };
}

async function attempt<T>(what: string, action: () => T | Promise<T>): Promise<T> {
    try {
        return await action();
    } catch (error) {
        throw new UnreachableCluster(`${what}: ${messageOf(error)}`);
    }
}

/** A failed connection to a host with several addresses is an `AggregateError` without a message. */
function messageOf(error: unknown): string {
    if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
    return error instanceof Error ? error.message : String(error);
}
