import { AccessLog } from "./access-log";
import type { Section } from "./configuration-text";
import { CLIENT_CONNECTIONS } from "./limits";
import { queueLog } from "./log";
import { TEMPORARY_FOLDER } from "./settings";
import { LEAST_BYTES_PER_SECOND } from "./uploads";

/** Stores in a temporary file what a client has not read. */
export const RESPONSE_FILE = "collect-response.lua";

const RESPONSES_SOCKET = `unix@${TEMPORARY_FOLDER}/front-responses.sock`;

/** A response of this size fits into HAProxy's buffer with its headers. */
const BUFFERED_BYTES = 49_152;

/** The largest size of all temporary files of one thread. HAProxy has up to four threads. */
const STORED_BYTES = 2 ** 28;

/** A condition for responses. Fails for an unknown length too. */
const BUFFERED = `{ res.hdr_val(content-length) le ${BUFFERED_BYTES} }`;

const QUEUE_MS_HEADER = "x-front-queue-ms";

/** For `accessLog`: the time in the queue, also of a request that took the hop. */
export const QUEUE_MS = "%[var(txn.queue_ms,-1)]";

/** Process-wide directives. */
export function loadResponses(scriptFolder: string): string {
    return `lua-load-per-thread ${scriptFolder}/${RESPONSE_FILE} ${LEAST_BYTES_PER_SECOND} ${STORED_BYTES}`;
}

/**
 * Directives of a back end that forwards requests to another front, or to this one a second time: it reads each response at once, and
 * the client reads it at its own pace. So a client that reads slowly keeps no place of a replica. Costs time only in responses that
 * may be larger than the buffer.
 */
export function collectResponses(): string[] {
    return ["filter lua.collect-response", `http-response lua.collect-response unless ${BUFFERED}`];
}

/** A hop within the process, for a front that does not forward requests to others. */
export interface ResponsesHop {
    /** Name of the back end that forwards requests to this process. */
    name: string;
    /** Name of the back end that limits the concurrent requests. */
    model: string;
    maxConcurrentRequests: number;
    /** How long a response may take, in milliseconds. */
    timeoutMs: number;
}

/**
 * Selects the hop where a client could keep a place that others need: always for half of the places, and for all once the model has
 * sent a response that may be larger than the buffer. Other requests do without, because the hop costs 20 µs. Not while the
 * front stops: its own socket is closed then.
 */
export function useResponsesHop({ name, model, maxConcurrentRequests }: ResponsesHop): string[] {
    const scarce = `{ be_conn_free(${model}) le ${Math.ceil(maxConcurrentRequests / 2)} }`;
    return [scarce, "{ var(proc.long_responses) -m bool }"].map(
        condition => `use_backend ${name} if ${condition} !{ stopping }`,
    );
}

/** Directives of the back end of the model: for the decision above, and for the log. */
export function noteResponses(): string[] {
    return [
        `http-response set-var(proc.long_responses) bool(true) unless ${BUFFERED}`,
        "http-after-response set-var(txn.queue_ms) req.timer.queue",
    ];
}

/** The back end and the front end of the hop. The log has a second line for requests that failed in the queue or in the model. */
export function responsesHop(
    owner: readonly string[],
    { name, model, timeoutMs }: ResponsesHop,
    accessLog: AccessLog | undefined,
): Section[] {
    return [
        [
            `backend ${name}`,
            ...collectResponses(),
            `http-response set-var(txn.queue_ms) res.hdr_val(${QUEUE_MS_HEADER})`,
            `http-response del-header ${QUEUE_MS_HEADER}`,
            `timeout server ${timeoutMs}`,
            `server self ${RESPONSES_SOCKET}`,
        ],
        [
            "frontend :responses",
            ["bind", RESPONSES_SOCKET, "mode 600", ...owner].join(" "),
            `maxconn ${CLIENT_CONNECTIONS}`,
            ...(accessLog === AccessLog.Off
                ? ["no log"]
                : [`log-format ${queueLog()}`, "option dontlog-normal"]),
            // The sender closes idle connections. If both ends did, this one could close a connection that the sender is about to use.
            "timeout client 5m",
            "timeout http-keep-alive 5m",
            "http-request set-var(txn.id) req.hdr(x-request-id)",
            "http-request set-var(txn.client) req.hdr(x-forwarded-for)",
            `http-request set-var(txn.model) str(${model})`,
            `http-after-response set-header ${QUEUE_MS_HEADER} %[req.timer.queue]`,
            `default_backend ${model}`,
        ],
    ];
}
