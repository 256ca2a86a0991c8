import type { LimitsSettings } from "../model/request-limits";

/** Longer connections would prolong every update; a new handshake every 30 seconds costs little. */
const MAX_CONNECTION_AGE_SECONDS = 30;

/** Tolerance for rounding in clocks and resolvers. */
const TOLERANCE_SECONDS = 2;

/**
 * The maximum age of a client connection to a revision. A client that keeps its connection does not resolve the name again,
 * so it would never switch to the new revision.
 * @param ttl of the DNS record, in seconds
 */
export function connectionAgeSeconds(ttl: number): number {
    return Math.min(ttl, MAX_CONNECTION_AGE_SECONDS);
}

/**
 * How long the previous revision must keep serving after DNS was switched: resolvers may return the old record for its TTL
 * (RFC 1035, section 3.2.1), a connection opened at the end of that time may reach its maximum age, and the last request on
 * it may take as long as any other.
 * @param ttl of the old record, in seconds
 */
export function drainSeconds(
    ttl: number,
    { maxQueueWaitMs, scoringTimeoutMs }: Pick<LimitsSettings, "maxQueueWaitMs" | "scoringTimeoutMs">,
): number {
    const longestRequest = Math.ceil((maxQueueWaitMs + scoringTimeoutMs) / 1000);
    return ttl + connectionAgeSeconds(ttl) + longestRequest + TOLERANCE_SECONDS;
}
