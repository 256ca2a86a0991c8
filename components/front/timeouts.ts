import { LONGEST_TIME_MS, type RequestLimits } from "./settings";

/** The time-outs of connections with clients and models, in the section `defaults`. */
export function connectionTimeouts(connectSeconds: number): string[] {
    return [
        "timeout client-hs 5s",
        "timeout http-request 10s",
        "timeout http-keep-alive 60s",
        // For clients that send a body or read a response: no progress for this long ends the request.
        "timeout client 10s",
        `timeout connect ${connectSeconds}s`,
        "timeout server 30s",
        // Azure's load balancer drops flows that are idle for 4 minutes ("Load Balancer TCP reset and idle timeout"), also while a model
        // computes. Packets of TCP keep-alive count as traffic.
        "option clitcpka",
        "clitcpka-idle 2m",
        "clitcpka-intvl 1m",
    ];
}

/** The Lua file of the filter that limits the time of whole requests. */
export const REQUEST_TIMEOUT_FILE = "request-timeout.lua";

/** The time-outs of requests to a model. */
export function modelTimeouts(model: RequestLimits): string[] {
    return [
        ...(model.requestTimeoutMs === undefined
            ? []
            : [`filter lua.request-timeout ${model.requestTimeoutMs}`]),
        `timeout queue ${model.maxQueueWaitMs}`,
        `timeout server ${model.scoringTimeoutMs}`,
        // A model with one worker answers its health check only after its current request: late does not mean unhealthy.
        `timeout check ${model.scoringTimeoutMs}`,
    ];
}

/**
 * How long an update waits for a request in progress, in milliseconds. Without `requestTimeoutMs` a response that arrives in parts may
 * take longer.
 */
export function longestRequestMs({
    maxQueueWaitMs,
    scoringTimeoutMs,
    requestTimeoutMs,
}: Pick<RequestLimits, "maxQueueWaitMs" | "scoringTimeoutMs" | "requestTimeoutMs">): number {
    return requestTimeoutMs ?? maxQueueWaitMs + scoringTimeoutMs;
}

/** Timeout for a hop to the front that enforces the limits. It answers in time; this is for the case that it does not. */
export function hopTimeoutMs({ maxQueueWaitMs, scoringTimeoutMs }: RequestLimits): number {
    return Math.min(maxQueueWaitMs + scoringTimeoutMs + 5_000, LONGEST_TIME_MS);
}
