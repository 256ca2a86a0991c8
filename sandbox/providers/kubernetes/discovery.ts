import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import { at, listAt, textAt } from "./objects";

/** A kind of object. Type tokens contain it: `kubernetes:apps/v1:Deployment`. */
export interface Kind {
    /** Empty for the core group. */
    group: string;
    version: string;
    kind: string;
}

/** The endpoint of the API server for a kind. */
export interface Endpoint {
    /** The path of the group and version, e.g. `/apis/apps/v1`. */
    root: string;
    plural: string;
    namespaced: boolean;
}

/** The kinds that the API server supports. There is one request for each group and version. */
export class Discovery {
    private readonly endpoints = new Map<string, Promise<Map<string, Endpoint>>>();

    constructor(private readonly client: ApiClient) {}

    /** The endpoint for a kind; undefined if the API server does not support it. */
    async find(kind: Kind): Promise<Endpoint | undefined> {
        const root = rootPath(kind);
        const endpoints = this.endpoints.get(root) ?? this.load(root);
        this.endpoints.set(root, endpoints);
        const endpoint = await endpoints.then(
            kinds => kinds.get(kind.kind),
            (error: unknown) => {
                this.endpoints.delete(root);
                throw error;
            },
        );
        // The same update may create the definition of the kind, so the next call sends another request.
        if (!endpoint) this.endpoints.delete(root);
        return endpoint;
    }

    private async load(root: string): Promise<Map<string, Endpoint>> {
        try {
            const resources = listAt(await this.client.get(root), "resources");
            // Names such as `deployments/status` are subresources.
            const objects = resources.filter(resource => !textAt(resource, "name")?.includes("/"));
            return new Map(
                objects.map(resource => [
                    textAt(resource, "kind") ?? "",
                    {
                        root,
                        plural: textAt(resource, "name") ?? "",
                        namespaced: at(resource, "namespaced") === true,
                    },
                ]),
            );
        } catch (error) {
            if (error instanceof ApiError && error.code === 404) return new Map();
            throw error;
        }
    }
}

/** The path of the collection of all objects of a kind in a namespace. */
export function collectionPath({ root, plural, namespaced }: Endpoint, namespace: string): string {
    return namespaced ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}` : `${root}/${plural}`;
}

function rootPath({ group, version }: Kind): string {
    return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The kind in a type token; undefined for types that are not kinds of the Kubernetes API, such as charts and YAML files. */
export function parseToken(token: string): Kind | undefined {
    const [, group, version, kind] = /^kubernetes:([^:/]+)\/([^:/]+):([^:]+)$/.exec(token) ?? [];
    if (!group || !version || !kind || ["helm.sh", "kustomize", "yaml"].includes(group)) return undefined;
    return { group: group === "core" ? "" : group, version, kind };
}

/** The value of `apiVersion` in objects of the kind, e.g. `v1` or `apps/v1`. */
export function apiVersionOf({ group, version }: Kind): string {
    return group === "" ? version : `${group}/${version}`;
}
