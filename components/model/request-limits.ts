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
     * How long the model may send nothing while a client waits for its response, in milliseconds. After that the response is 504, or
     * ends if it has begun. A response that arrives in parts may take longer: see `requestTimeoutMs`.
     * @default 60000
     */
    scoringTimeoutMs?: number;
    /**
     * How long a request may take in all, in milliseconds: from its arrival (if its body has more than 32 KiB: from its last byte)
     * through the queue and the model to the last byte of the response. A response that is still arriving then is cut. Updates wait for
     * requests in progress for this long. Set it for models that stream their responses: without it updates wait for
     * `maxQueueWaitMs + scoringTimeoutMs` and may cut longer streams.
     * @default no limit
     */
    requestTimeoutMs?: number;
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
    requestTimeoutMs?: number;
    maxBodyBytes: number;
}

const HUNDRED_MEBIBYTES = 104_857_600;

/** @param path the property path of the limits */
export function readLimits(check: ArgumentCheck, path: string, limits: LimitsArgs = {}): LimitsSettings {
    const {
        maxConcurrentRequestsPerContainer: maxConcurrentRequests = 1,
        maxQueueWaitMs = 500,
        scoringTimeoutMs = 60_000,
        requestTimeoutMs,
        maxRequestBodyBytes: maxBodyBytes = HUNDRED_MEBIBYTES,
    } = limits;
    const known = (name: keyof LimitsArgs, value: number | undefined, rule: Rule<number>): void =>
        check.known(`${path}.${name}`, value, rule);
    known("maxConcurrentRequestsPerContainer", maxConcurrentRequests, concurrentRequests);
    known("maxQueueWaitMs", maxQueueWaitMs, requestMilliseconds);
    known("scoringTimeoutMs", scoringTimeoutMs, requestMilliseconds);
    known("requestTimeoutMs", requestTimeoutMs, requestMilliseconds);
    known("maxRequestBodyBytes", maxBodyBytes, requestBodyBytes);
    check.report(
        `${path}.requestTimeoutMs`,
        requestTimeoutMs !== undefined && requestTimeoutMs < scoringTimeoutMs
            ? `${requestTimeoutMs} is less than scoringTimeoutMs (${scoringTimeoutMs}); set it to at least that`
            : undefined,
    );
    const settings = {
        maxConcurrentRequests,
        maxQueueWaitMs,
        scoringTimeoutMs,
        requestTimeoutMs,
        maxBodyBytes,
    };
    const silence = silentSeconds(settings);
    if (silence > SAFE_SILENCE_SECONDS && silence <= LONGEST_SILENCE_SECONDS) {
        check.warn(
            `${path}.scoringTimeoutMs`,
            `is ${scoringTimeoutMs}: a client may wait ${silence} seconds without receiving anything, and Azure's load balancer drops connections that are idle for 4 minutes. The front sends TCP keep-alive packets, but proxies and firewalls on the way may drop the connection too. Let the model send its response in parts, or return at once and let clients ask for the result`,
        );
    }
    return settings;
}

/** Below the 4 minutes after which Azure's load balancer drops idle flows, with some time for the way. */
const SAFE_SILENCE_SECONDS = 230;
/** The longest valid sum: a longer one is an error. */
const LONGEST_SILENCE_SECONDS = 2 * 86_400;

/** How long a client may wait without receiving anything, in seconds. */
export function silentSeconds({
    maxQueueWaitMs,
    scoringTimeoutMs,
}: Pick<LimitsSettings, "maxQueueWaitMs" | "scoringTimeoutMs">): number {
    return Math.ceil((maxQueueWaitMs + scoringTimeoutMs) / 1000);
}
