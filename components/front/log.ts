const TIME = "%(time)[date(0,us),us_utime(%Y-%m-%dT%H:%M:%S.%6NZ)]";

/** How a request ended: two letters that tell who ended it and where (8.5 of HAProxy's manual), bytes, milliseconds. */
const OUTCOME = [
    "%(status)ST",
    "%(end)ts",
    "%(bytesIn)U",
    "%(bytesOut)B",
    // -1: did not get that far.
    "%(queueMs)Tw",
    "%(modelMs)Tr",
    "%(totalMs)Ta",
    "%(queued)bq",
];

/** One JSON object a request: neither headers nor bodies nor the query, which may hold what is nobody's business. */
export function accessLog(): string {
    return json([
        TIME,
        "%(id)[var(txn.id)]",
        "%(client)[src]",
        "%(method)HM",
        "%(path)HPO",
        "%(protocol)HV",
        "%(tls)sslv",
        "%(model)b",
        ...OUTCOME,
    ]);
}

/** The front that a client came to: which model it asked for, and the address of the front that
 * kept its queue (or of the replica, where that was this front). */
export function entryLog(): string {
    return json([
        TIME,
        "%(at)f",
        "%(id)[var(txn.id)]",
        "%(client)[src]",
        "%(method)HM",
        "%(path)HPO",
        "%(protocol)HV",
        "%(tls)sslv",
        "%(model)[var(txn.model)]",
        "%(server)si",
        ...OUTCOME,
    ]);
}

/** The front that keeps the model's queue: the same id, the front that the request came through, and the replica. */
export function queueLog(): string {
    return json([
        TIME,
        "%(at)f",
        "%(id)[var(txn.id)]",
        "%(client)[var(txn.client)]",
        "%(entry)[src]",
        "%(model)[var(txn.model)]",
        "%(server)si",
        ...OUTCOME,
    ]);
}

/** For connections that never became a request, mostly failed handshakes. */
export function connectionLog(): string {
    return json([TIME, "%(client)[src]", "%(error)[fc_err_str]", "%(tlsError)[ssl_fc_err_str]"]);
}

function json(fields: readonly string[]): string {
    return `"%{+json}o ${fields.join(" ")}"`;
}
