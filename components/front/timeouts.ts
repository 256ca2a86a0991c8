import { LONGEST_TIME_MS, type RequestLimits } from "./settings";

/** The time-outs of connections with clients and models, in the section `defaults`. */
export function connectionTimeouts(connectSeconds: number): string[] {
    return [
        "timeout http-request 10s",
        "timeout http-keep-alive 60s",
        "timeout client 30s",
        `timeout connect ${connectSeconds}s`,
        "timeout server 30s",
    ];
}

/** The time-outs of requests to a model. */
export function modelTimeouts(model: RequestLimits): string[] {
    return [
        `timeout queue ${model.maxQueueWaitMs}`,
        `timeout server ${model.scoringTimeoutMs}`,
        // A model with one worker answers its health check only after its current request: late does not mean unhealthy.
        `timeout check ${model.scoringTimeoutMs}`,
    ];
}

/** Timeout for a hop to the front that enforces the limits. It answers in time; this is for the case that it does not. */
export function hopTimeoutMs({ maxQueueWaitMs, scoringTimeoutMs }: RequestLimits): number {
    return Math.min(maxQueueWaitMs + scoringTimeoutMs + 5_000, LONGEST_TIME_MS);
}
