import { DNS_DELAY_SECONDS, QUEUE_PORT, type FrontReplicas } from "./pod-settings";
import type { Section } from "./sections";

/** The fronts that keep queues. A colon is not possible in the name of a model. */
export const OTHERS = ":fronts";
/** The same fronts, for bodies whose length nobody said: these are counted while they pass. */
export const OTHERS_UNCOUNTED = ":fronts-uncounted";

export const BODY_FILTER = "filter lua.body-limit";
/** The front that keeps the queue answers in time; this is only for the case that it does not. */
export const HOP_TIMEOUT = "http-request set-timeout server var(txn.most_ms)";

/** Answers 200 when this front may keep queues. No client gets here: it is asked on QUEUE_PORT. */
const OWNER_PATH = "/owner";

/** By then this front has heard of others that were there before it. */
const LOOKED_AROUND_SECONDS = 3;

/**
 * Every model's queue is kept by one front: the fronts that may keep queues, by address, are on a ring, and the model's name
 * points to one of them. All fronts reckon the same way.
 *
 * Which fronts may keep queues does not hang on DNS, which is late, but on what each answers when it is asked, twice a second:
 * yes when it has been there for as long as DNS may be late, so that all know it, and no as soon as it is asked to stop, long
 * before it does.
 *
 * What holds: a replica never gets more requests at a time than its model's limit, and the queue is one, as long as the set of
 * fronts is the same. When one comes or goes, the queues that move (those of about one front) are kept by two for up to a
 * second, and what stood in the old one is still worked off: until then a replica may get twice its limit. When all fronts
 * have just been started, or been replaced faster than DNS tells, it may for as long as they hear different things. A front that
 * knows of none (no DNS) keeps all queues for what it gets: the limit is then one for each front.
 *
 * A front that dies takes the requests with it that it had from clients or in its queues. Another front that had handed one to it
 * answers 502 or closes the connection, for nobody knows whether a model has seen the request. What comes after goes elsewhere
 * at once.
 */
export function others(
    name: typeof OTHERS | typeof OTHERS_UNCOUNTED,
    { host, most }: FrontReplicas,
): Section {
    return [
        `backend ${name}`,
        ...(name === OTHERS_UNCOUNTED ? [BODY_FILTER] : []),
        "balance hash var(txn.model)",
        // Names that differ in one letter are to be far apart.
        "hash-type consistent crc32 avalanche",
        HOP_TIMEOUT,
        "timeout check 2s",
        `option httpchk GET ${OWNER_PATH}`,
        "http-check expect status 200",
        [
            `server-template front 1-${most} ${host}:${QUEUE_PORT} resolvers cluster resolve-prefer ipv4 init-addr none`,
            // By address: DNS lists them to everybody in another order. 16 times as many places on the ring share it evenly.
            // Connections that are not needed end soon: a front that stops waits for them.
            "hash-key addr weight 16 pool-purge-delay 1s check inter 500 fall 2 rise 1",
        ].join(" "),
    ];
}

export function known(name: string): string {
    return `{ nbsrv(${name}) gt 0 }`;
}

/** The answer on OWNER_PATH. Where nobody keeps queues, who has looked around does; and who does, does until it stops. */
export function mayKeepQueues({ dnsDelaySeconds = DNS_DELAY_SECONDS }: FrontReplicas): string[] {
    return [
        `acl asked path ${OWNER_PATH}`,
        "http-request set-log-level silent if asked",
        "http-request deny deny_status 503 if asked { stopping }",
        `http-request set-var(proc.owner) bool(true) if asked { date,sub(proc.started) ge ${LOOKED_AROUND_SECONDS} } !${known(OTHERS)}`,
        `http-request set-var(proc.owner) bool(true) if asked { date,sub(proc.started) ge ${dnsDelaySeconds} }`,
        "http-request return status 200 if asked { var(proc.owner) -m bool }",
        "http-request deny deny_status 503 if asked",
    ];
}
