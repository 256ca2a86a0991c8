import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import { at, listAt, textAt } from "./objects";

/** A kind of object as tokens name it: `kubernetes:apps/v1:Deployment`. */
export interface Kind {
    /** Empty for the core group. */
    group: string;
    version: string;
    kind: string;
}

/** Where the API server has the objects of a kind. */
export interface Endpoint {
    /** Path of the group and version: `/apis/apps/v1`. */
    root: string;
    plural: string;
    namespaced: boolean;
}

/** What kinds the API server has, asked once for each group and version. */
export class Discovery {
    private readonly endpoints = new Map<string, Promise<Map<string, Endpoint>>>();

    constructor(private readonly client: ApiClient) {}

    /** Where objects of this kind are; nothing when the API server does not have it. */
    async find(kind: Kind): Promise<Endpoint | undefined> {
        const root = rootPath(kind);
        const known = this.endpoints.get(root) ?? this.load(root);
        this.endpoints.set(root, known);
        const found = await known.then(
            kinds => kinds.get(kind.kind),
            (error: unknown) => {
                this.endpoints.delete(root);
                throw error;
            },
        );
        // It may be there the next time: the same update may create its definition.
        if (!found) this.endpoints.delete(root);
        return found;
    }

    private async load(root: string): Promise<Map<string, Endpoint>> {
        try {
            const resources = listAt(await this.client.get(root), "resources");
            // `deployments/status` and the like are views of an object, not objects.
            const whole = resources.filter(resource => !textAt(resource, "name")?.includes("/"));
            return new Map(
                whole.map(resource => [
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

/** The path of all objects of a kind in a namespace. */
export function collectionPath({ root, plural, namespaced }: Endpoint, namespace: string): string {
    return namespaced ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}` : `${root}/${plural}`;
}

function rootPath({ group, version }: Kind): string {
    return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The kind in a type token; nothing for what is no kind of the Kubernetes API (charts, YAML files). */
export function parseToken(token: string): Kind | undefined {
    const [, group, version, kind] = /^kubernetes:([^:/]+)\/([^:/]+):([^:]+)$/.exec(token) ?? [];
    if (!group || !version || !kind || ["helm.sh", "kustomize", "yaml"].includes(group)) return undefined;
    return { group: group === "core" ? "" : group, version, kind };
}

/** As `apiVersion` in objects: `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Kind): string {
    return group === "" ? version : `${group}/${version}`;
}
