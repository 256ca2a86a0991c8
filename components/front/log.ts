const TIME = "%(time)[date(0,us),us_utime(%Y-%m-%dT%H:%M:%S.%6NZ)]";

/** How a request ended: two letters for who ended it and when (8.5 of HAProxy's manual), bytes, milliseconds. */
const OUTCOME = [
    "%(status)ST",
    "%(end)ts",
    "%(bytesIn)U",
    "%(bytesOut)B",
    // -1: this phase was not reached.
    "%(queueMs)Tw",
    "%(modelMs)Tr",
    "%(totalMs)Ta",
    "%(queued)bq",
];

/** One JSON object per request. No headers, no bodies, and no query, which may contain personal data. */
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

/**
 * Log of the front that the client connected to: which model was requested, and the address of the front that queued the request
 * (or of the replica, where both are the same front).
 */
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

/** Log of the front that queued the request: the same id, the front that forwarded the request, and the replica. */
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

/** Log of connections without a request, mostly failed handshakes. */
export function connectionLog(): string {
    return json([TIME, "%(client)[src]", "%(error)[fc_err_str]", "%(tlsError)[ssl_fc_err_str]"]);
}

function json(fields: readonly string[]): string {
    return `"%{+json}o ${fields.join(" ")}"`;
}
