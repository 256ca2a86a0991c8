import { LONGEST_TIME_MS } from "./check";
import type { PodFrontModel } from "./pod-settings";
import { SERVICE_PREFIX } from "./sections";

const PATHS = ["/score", "/swagger.json"];

/**
 * A HAProxy map from path, or host name and path, to `<model>:<most bytes>:<most milliseconds>:<where>`. A map is looked up in
 * the same time for one model and for hundreds, which as many conditions would not be.
 */
export function routeMap(models: readonly PodFrontModel[]): string {
    return models
        .flatMap(model =>
            [
                ...PATHS.map(path => `${SERVICE_PREFIX}/${model.name}${path}`),
                ...(model.hostname ? [...PATHS, "/"].map(path => `${model.hostname}${path}`) : []),
            ].map(key => `${key} ${route(model)}\n`),
        )
        .join("");
}

function route({ name, maxBodyBytes, maxQueueWaitMs, scoringTimeoutMs, plainHttp }: PodFrontModel): string {
    // The front that keeps the queue answers in time; this is only for the case that it does not.
    const longestMs = Math.min(maxQueueWaitMs + scoringTimeoutMs + 5_000, LONGEST_TIME_MS);
    return [name, maxBodyBytes, longestMs, plainHttp ? "http" : "https"].join(":");
}

/** Finds the model, and answers 404 where there is none. Paths on every host come first. */
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
