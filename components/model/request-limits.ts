import type { ArgumentCheck } from "../shared/argument-check";
import type { Rule } from "../shared/rules";
import { concurrentRequests, requestBodyBytes, requestMilliseconds } from "../shared/rules/numbers";

/** Limits of requests. The names and defaults are those of Azure ML v1. */
export interface LimitsArgs {
    /**
     * The number of requests that one replica of the model processes at a time; further requests wait in a queue. On Kubernetes
     * all fronts share this limit; while the number of fronts changes, a replica may get twice as many for a moment.
     * @default 1
     */
    maxConcurrentRequestsPerContainer?: number;
    /**
     * How long a request may wait in the queue, in milliseconds. After that the response is 503 with `Retry-After`.
     * @default 500
     */
    maxQueueWaitMs?: number;
    /**
     * How long the model may take for one response, in milliseconds. After that the response is 504.
     * @default 60000
     */
    scoringTimeoutMs?: number;
    /**
     * The largest request body, in bytes. The response to a larger one is 413.
     * @default 104857600 (100 MiB)
     */
    maxRequestBodyBytes?: number;
}

/** The checked limits with defaults, under the names that the front uses. */
export interface LimitsSettings {
    maxConcurrentRequests: number;
    maxQueueWaitMs: number;
    scoringTimeoutMs: number;
    maxBodyBytes: number;
}

const HUNDRED_MEBIBYTES = 104_857_600;

/** @param path the property path of the limits */
export function readLimits(check: ArgumentCheck, path: string, limits: LimitsArgs = {}): LimitsSettings {
    const {
        maxConcurrentRequestsPerContainer: maxConcurrentRequests = 1,
        maxQueueWaitMs = 500,
        scoringTimeoutMs = 60_000,
        maxRequestBodyBytes: maxBodyBytes = HUNDRED_MEBIBYTES,
    } = limits;
    const known = (name: keyof LimitsArgs, value: number, rule: Rule<number>): void =>
        check.known(`${path}.${name}`, value, rule);
    known("maxConcurrentRequestsPerContainer", maxConcurrentRequests, concurrentRequests);
    known("maxQueueWaitMs", maxQueueWaitMs, requestMilliseconds);
    known("scoringTimeoutMs", scoringTimeoutMs, requestMilliseconds);
    known("maxRequestBodyBytes", maxBodyBytes, requestBodyBytes);
    return { maxConcurrentRequests, maxQueueWaitMs, scoringTimeoutMs, maxBodyBytes };
}
