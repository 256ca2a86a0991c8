import type { LimitsSettings } from "../model/request-limits";

/** A new handshake this often costs next to nothing, and an update does not have to wait for longer. */
const LONGEST_CONNECTION_AGE_SECONDS = 30;

/** Clocks and resolvers round. */
const LITTLE_SECONDS = 2;

/**
 * How long clients may keep a connection to a revision. A client that keeps its connection does not look the name up again,
 * so without an end it would stay with a revision that is to go.
 */
export function connectionAgeSeconds(ttl: number): number {
    return Math.min(ttl, LONGEST_CONNECTION_AGE_SECONDS);
}

/**
 * How long a revision that the name no longer leads to still gets requests. For its TTL resolvers hand out the record that
 * was (RFC 1035, section 3.2.1); who connected at the last moment may keep the connection; and the last request on it may
 * take as long as any.
 * @param ttl of the record that led to it
 */
export function drainSeconds(
    ttl: number,
    { maxQueueWaitMs, scoringTimeoutMs }: Pick<LimitsSettings, "maxQueueWaitMs" | "scoringTimeoutMs">,
): number {
    const longestRequest = Math.ceil((maxQueueWaitMs + scoringTimeoutMs) / 1000);
    return ttl + connectionAgeSeconds(ttl) + longestRequest + LITTLE_SECONDS;
}
