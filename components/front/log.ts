const TIME = "%(time)[date(0,us),us_utime(%Y-%m-%dT%H:%M:%S.%6NZ)]";

/**
 * One JSON object a request: neither headers nor bodies nor the query, which may hold what is nobody's business.
 * Times are in milliseconds (-1: did not get that far).
 */
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
        "%(status)ST",
        // Two letters that tell who ended the request and where, see 8.5 of HAProxy's manual.
        "%(end)ts",
        "%(bytesIn)U",
        "%(bytesOut)B",
        "%(queueMs)Tw",
        "%(modelMs)Tr",
        "%(totalMs)Ta",
        "%(queued)bq",
    ]);
}

/** For connections that never became a request, mostly failed handshakes. */
export function connectionLog(): string {
    return json([TIME, "%(client)[src]", "%(error)[fc_err_str]", "%(tlsError)[ssl_fc_err_str]"]);
}

function json(fields: readonly string[]): string {
    return `"%{+json}o ${fields.join(" ")}"`;
}
