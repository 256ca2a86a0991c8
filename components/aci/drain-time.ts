import { longestRequestMs } from "../front";
import type { LimitsSettings } from "../model/request-limits";

/** Longer connections would prolong every update; a new handshake every 30 seconds costs little. */
const MAX_CONNECTION_AGE_SECONDS = 30;

/** Tolerance for rounding in clocks and resolvers. */
const TOLERANCE_SECONDS = 2;

/** A longer wait would block the stack for other updates, and pay for two revisions, for the sake of few clients. */
const MAX_DRAIN_SECONDS = 3_600;

type RequestTimes = Pick<LimitsSettings, "maxQueueWaitMs" | "scoringTimeoutMs" | "requestTimeoutMs">;

/**
 * The maximum age of a client connection to a revision. A client that keeps its connection does not resolve the name again,
 * so it would never switch to the new revision.
 * @param ttl of the DNS record, in seconds
 */
export function connectionAgeSeconds(ttl: number): number {
    return Math.min(ttl, MAX_CONNECTION_AGE_SECONDS);
}

/** How long the previous revision keeps serving after DNS was switched. */
export interface Drain {
    seconds: number;
    /** Why this is too short for some clients. Absent when it is not. */
    shortfall?: string;
}

/**
 * The drain of the previous revision: resolvers may return the old record for its TTL (RFC 1035, section 3.2.1), a connection
 * opened at the end of that time may reach its maximum age, and the last request on it may take as long as any other.
 * @param ttl how long resolvers may still return the old record, in seconds
 */
export function drainOf(ttl: number, limits: RequestTimes): Drain {
    const longestRequest = Math.ceil(longestRequestMs(limits) / 1000);
    const connectionAge = connectionAgeSeconds(ttl);
    const needed = ttl + connectionAge + longestRequest + TOLERANCE_SECONDS;
    if (needed <= MAX_DRAIN_SECONDS) return { seconds: needed };
    return {
        seconds: MAX_DRAIN_SECONDS,
        shortfall: `After DNS is switched, clients may use the address of the previous revision for ${needed} seconds (TTL of the record ${ttl}, age of a connection ${connectionAge}, longest request ${longestRequest}, tolerance ${TOLERANCE_SECONDS}), but an update waits for at most ${MAX_DRAIN_SECONDS} seconds before it deletes that revision. Requests to its address fail after that. Reduce dns.ttl, or the time-outs in limits if requests take less time`,
    };
}

/** What the state says about the DNS record before this update. TTLs in seconds. */
export interface RecordHistory {
    /** The TTL of the record. Absent when this update has not changed it, and when there was none. */
    recordTtl?: number;
    /** The TTL after the last update that ended. Absent in the state of a version without revisions. */
    servingTtl?: number;
    /** When the last resolver drops a record with an earlier, longer TTL. Absent when there was none. */
    cachedUntil?: Date;
}

/**
 * How long resolvers may still return the old record, in seconds; undefined when there was none. An interrupted update may
 * have changed the record only, so both TTLs count.
 */
export function cachedSeconds(
    { recordTtl, servingTtl, cachedUntil }: RecordHistory,
    now: Date,
): number | undefined {
    const ttls = [recordTtl, servingTtl].filter(ttl => ttl !== undefined);
    if (ttls.length === 0) return undefined;
    const remaining = cachedUntil ? Math.ceil((cachedUntil.getTime() - now.getTime()) / 1000) : 0;
    return Math.max(...ttls, remaining);
}

/**
 * When the last resolver drops the records from before a change of the TTL; undefined when none of them outlasts the records
 * with the new TTL. A later update that switches DNS needs this time, because its state has the new TTL only.
 * @param now a time after the change of the record
 */
export function cachedUntilAfter(history: RecordHistory, newTtl: number, now: Date): Date | undefined {
    const seconds = cachedSeconds(history, now);
    if (seconds === undefined || seconds <= newTtl) return undefined;
    return new Date(now.getTime() + seconds * 1000);
}
