import { DNS_DELAY_SECONDS, QUEUE_PORT, type FrontReplicas } from "./pod-settings";
import type { Section } from "./configuration-text";
import { collectResponses } from "./responses";
import { hasServers } from "./sections";

/** Back end of the fronts that own queues. Model names cannot contain a colon, so it never collides with one. */
export const OWNERS = ":fronts";

/** The queue owner answers in time. This timeout is for the case that it does not. */
export const HOP_TIMEOUT = "http-request set-timeout server var(txn.most_ms)";

/** Answers 200 when this front may own queues. On QUEUE_PORT only, so clients cannot reach it. */
const OWNER_PATH = "/owner";

/** By then this front has resolved the fronts that started before it. */
const DISCOVERY_SECONDS = 3;

/**
 * Back end of the queue owners. One front owns the queue of each model: the fronts that may own queues are on a hash ring by
 * address, and the hash of the model's name selects one of them. All fronts compute the same result.
 *
 * DNS is too slow to decide which fronts may own queues. Instead each front is asked twice a second. It says yes once it has
 * been running for as long as DNS may be late, so that all others have resolved it, and no as soon as it receives the stop
 * signal, long before it stops.
 *
 * Guarantee: while the set of fronts does not change, a replica never gets more concurrent requests than its model's limit, and
 * each model has one queue. Exceptions:
 * - When a front starts or stops, about one front's share of the queues moves. For up to a second two fronts accept requests for
 *   such a queue, and the old owner still processes its queued requests. Until then a replica may get twice its limit.
 * - When all fronts start at once, or are replaced faster than DNS updates, the same is true while they resolve different sets.
 * - A front that resolves no other front (no DNS) owns all queues for its own requests: the limit then holds per front.
 *
 * A front that dies loses the requests of its clients and its queues. A front that had forwarded a request to it answers 502 or
 * closes the connection, because the model may already have received the request. Later requests go to another front at once.
 */
export function queueOwners({ host, most }: FrontReplicas): Section {
    return [
        `backend ${OWNERS}`,
        "balance hash var(txn.model)",
        // Avalanche: similar names get distant positions on the ring.
        "hash-type consistent crc32 avalanche",
        HOP_TIMEOUT,
        ...collectResponses(),
        "timeout check 2s",
        `option httpchk GET ${OWNER_PATH}`,
        "http-check expect status 200",
        [
            `server-template front 1-${most} ${host}:${QUEUE_PORT} resolvers cluster resolve-prefer ipv4 init-addr none`,
            // Keyed by address, because each front gets the DNS answers in another order. Weight 16: more positions on the ring
            // distribute the models evenly. Idle connections are purged soon, because a front that stops waits for them.
            "hash-key addr weight 16 pool-purge-delay 1s check inter 500 fall 2 rise 1",
        ].join(" "),
    ];
}

/** Answers on OWNER_PATH. Without any owner, a front becomes one after DISCOVERY_SECONDS. It stays an owner until it stops. */
export function answerOwnership({ dnsDelaySeconds = DNS_DELAY_SECONDS }: FrontReplicas): string[] {
    return [
        `acl asked path ${OWNER_PATH}`,
        "http-request set-log-level silent if asked",
        "http-request deny deny_status 503 if asked { stopping }",
        `http-request set-var(proc.owner) bool(true) if asked { date,sub(proc.started) ge ${DISCOVERY_SECONDS} } !${hasServers(OWNERS)}`,
        `http-request set-var(proc.owner) bool(true) if asked { date,sub(proc.started) ge ${dnsDelaySeconds} }`,
        "http-request return status 200 if asked { var(proc.owner) -m bool }",
        "http-request deny deny_status 503 if asked",
    ];
}
