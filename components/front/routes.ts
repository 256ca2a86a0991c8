import type { PodFrontModel } from "./pod-settings";
import { MODEL_PATHS, SERVICE_PREFIX } from "./sections";
import { hopTimeoutMs } from "./timeouts";

/**
 * A HAProxy map from path, or host name and path, to `<model>:<max bytes>:<max milliseconds>:<scheme>:<key>`. A map lookup takes the same
 * time for one model and for hundreds, unlike a list of conditions.
 */
export function routeMap(models: readonly PodFrontModel[]): string {
    return models
        .flatMap(model =>
            [
                ...MODEL_PATHS.map(path => `${SERVICE_PREFIX}/${model.name}${path}`),
                ...(model.hostname ? [...MODEL_PATHS, "/"].map(path => `${model.hostname}${path}`) : []),
            ].map(key => `${key} ${route(model)}\n`),
        )
        .join("");
}

function route(model: PodFrontModel): string {
    const { name, maxBodyBytes, plainHttp, keysRequired } = model;
    return [
        name,
        maxBodyBytes,
        hopTimeoutMs(model),
        plainHttp ? "http" : "https",
        keysRequired ? "key" : "open",
    ].join(":");
}

/** A condition: the model of the route requires a key. */
export const KEY_REQUIRED = "{ var(txn.route),field(5,:) -m str key }";

/** Finds the model of a request; txn.route is unset where there is none. Paths that are valid on every host take precedence. */
export function findRoute(file: string): string[] {
    return [
        `http-request set-var(txn.route) path,map_str(${file})`,
        "http-request set-var-fmt(txn.place) %[req.hdr(host),host_only,lower]%[path] unless { var(txn.route) -m found }",
        `http-request set-var(txn.route) var(txn.place),map_str(${file}) unless { var(txn.route) -m found }`,
        "http-request set-var(txn.model) var(txn.route),field(1,:)",
        "http-request set-var(txn.most_bytes) var(txn.route),field(2,:)",
        "http-request set-var(txn.most_ms) var(txn.route),field(3,:)",
    ];
}
