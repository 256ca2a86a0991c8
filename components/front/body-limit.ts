import type { Section } from "./configuration-text";

/**
 * The filter that counts bytes while a body passes. For bodies without `Content-Length` only: HAProxy checks that header
 * without a filter.
 */
export const BODY_LIMIT_FILE = "body-limit.lua";

/** In Linux's abstract namespace: no file, no port, and not reachable from outside of the container group or pod. */
const COUNTED_SOCKET = "abns@front-counted";

/** The filter directive. Without `maxBytes` the limit is the request's variable `txn.most_bytes`. */
export function bodyLimit(maxBytes?: number): string {
    return ["filter lua.body-limit", ...(maxBytes === undefined ? [] : [maxBytes])].join(" ");
}

/**
 * A back end that counts a body and sends the request through the process a second time, to `countedFrontend`. HAProxy creates a
 * filter for every request of a section, and this filter costs as much as everything else together. This way only requests
 * of unknown length pay for it, and the concurrency limit and the queue stay in one place, behind it.
 */
export function countingBackend(name: string, filter: string, timeout: string): Section {
    return [`backend ${name}`, filter, timeout, `server counted ${COUNTED_SOCKET} send-proxy-v2`];
}

export function countedFrontend(routes: readonly string[]): Section {
    return ["frontend :counted", `bind ${COUNTED_SOCKET} accept-proxy`, "no log", ...routes];
}
