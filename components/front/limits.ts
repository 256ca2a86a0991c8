import type { FrontModel, RequestLimits } from "./settings";

/** Connections of clients to the port for models. Each of them takes about 50 kB. */
export const CLIENT_CONNECTIONS = 6_000;
/** Connections to a port that only redirects to HTTPS and answers challenges. */
const REDIRECTED_CONNECTIONS = 1_000;
/** Connections to the port for probes and metrics. */
const HEALTH_CONNECTIONS = 100;
/** Connections of the process with itself, for uploads and runtime commands. */
const OWN_CONNECTIONS = 1_000;

/**
 * Process-wide limits. The sum of the listeners' limits stays below `maxconn`, so that clients cannot take a place from probes,
 * from other fronts or from the process's own sockets.
 * @param more connections to listeners of one hosting only
 */
export function processLimits(more = 0): string[] {
    return [
        `maxconn ${CLIENT_CONNECTIONS + REDIRECTED_CONNECTIONS + HEALTH_CONNECTIONS + OWN_CONNECTIONS + more}`,
        // A container whose limit of open files is lower starts with a warning instead of not at all.
        "no strict-limits",
        // Containers see every core of their host, not only their share.
        "thread-hard-limit 4",
        // The runtime commands that replace a certificate contain its chain, up to 64 kB. Pages of memory that a buffer does not use
        // are not occupied.
        "tune.bufsize 81920",
        // Freed buffers that a thread keeps: 200. The default of 512 kB is six buffers of this size; the operating system would have to
        // clear the pages of each further one again.
        "tune.memory.hot-size 16777216",
        "tune.h2.max-frame-size 16384",
        // Frames that a client sends against the protocol or without a purpose, for example resets of new streams (CVE-2023-44487).
        "tune.h2.fe.glitches-threshold 500",
    ];
}

/** The most connections of a listener. */
export function connections(of: "models" | "redirect" | "health"): string {
    const most = {
        models: CLIENT_CONNECTIONS,
        redirect: REDIRECTED_CONNECTIONS,
        health: HEALTH_CONNECTIONS,
    };
    return `maxconn ${most[of]}`;
}

const DEFAULT_MAX_QUEUED_REQUESTS = 100;

export function maxQueuedRequests(model: RequestLimits): number {
    return model.maxQueuedRequests ?? DEFAULT_MAX_QUEUED_REQUESTS;
}

/** Requests to these models that can be in the queue or in a replica at the same time, at most 10,000. */
export function requestsInProgress(models: readonly (FrontModel & { replicas?: number })[]): number {
    const all = models.map(
        model => (model.replicas ?? 1) * model.maxConcurrentRequests + maxQueuedRequests(model),
    );
    return Math.min(
        all.reduce((sum, one) => sum + one, 0),
        10_000,
    );
}
