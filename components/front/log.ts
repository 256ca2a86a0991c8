import { AccessLog } from "./access-log";

/** Where HAProxy logs to. */
export const LOG_TARGET = "stdout format raw daemon";

const TIME = text("time", "%[date(0,us),us_utime(%Y-%m-%dT%H:%M:%S.%6NZ)]");

/** How a request ended: two letters for who ended it and when (8.5 of HAProxy's manual), bytes, milliseconds. */
function outcome(queueMs = "%Tw"): string[] {
    return [
        number("status", "%ST"),
        text("end", "%ts"),
        number("bytesIn", "%U"),
        number("bytesOut", "%B"),
        // -1: this phase was not reached.
        number("queueMs", queueMs),
        number("modelMs", "%Tr"),
        number("totalMs", "%Ta"),
        number("queued", "%bq"),
    ];
}

/** What the client requested, without the query, which may contain personal data. */
const REQUEST = [
    text("method", "%HM"),
    cleanText("path", "capture.req.uri,field(1,?)"),
    text("protocol", "%HV"),
    text("tls", "%sslv"),
];

/**
 * One JSON object per request. No headers and no bodies.
 * @param queueMs an item for the time in the queue, in milliseconds
 */
export function accessLog(queueMs?: string): string {
    return json([
        TIME,
        text("id", "%[var(txn.id)]"),
        text("client", "%ci"),
        ...REQUEST,
        // The back ends of a model are named `<model>` and `<model>:…`.
        text("model", "%[be_name,field(1,:)]"),
        ...outcome(queueMs),
    ]);
}

/**
 * Log of the front that the client connected to: which model was requested, and the address of the front that queued the request
 * (or of the replica, where both are the same front).
 */
export function entryLog(): string {
    return json([
        TIME,
        text("at", "%f"),
        text("id", "%[var(txn.id)]"),
        text("client", "%ci"),
        ...REQUEST,
        text("model", "%[var(txn.model)]"),
        text("server", "%si"),
        ...outcome(),
    ]);
}

/** Log of the front that queued the request: the same id, the front that forwarded the request, and the replica. */
export function queueLog(): string {
    return json([
        TIME,
        text("at", "%f"),
        cleanText("id", "var(txn.id)"),
        cleanText("client", "var(txn.client)"),
        text("entry", "%ci"),
        text("model", "%[var(txn.model)]"),
        text("server", "%si"),
        ...outcome(),
    ]);
}

/** Log of connections without a request, mostly failed handshakes. */
export function connectionLog(): string {
    return json([
        TIME,
        text("client", "%ci"),
        cleanText("error", "fc_err_str"),
        cleanText("tlsError", "ssl_fc_err_str"),
    ]);
}

/** Directives of a front end: which of its requests it logs, and how. */
export function logRequests(which: AccessLog | undefined, format: string): string[] {
    switch (which ?? AccessLog.All) {
        case AccessLog.Off:
            return ["no log"];
        case AccessLog.Errors:
            return [
                "no log",
                // Requests that the front refuses or that end early have the level "err", others "info".
                `log ${LOG_TARGET} notice`,
                "option log-separate-errors",
                "http-response set-log-level notice if { status ge 400 }",
                `log-format ${format}`,
            ];
        case AccessLog.All:
            return [`log-format ${format}`];
    }
}

/**
 * JSON, written as plain text: HAProxy's own encoder takes twice the time, because it checks every value for characters to
 * escape. A text without a value is "-".
 */
function json(fields: readonly string[]): string {
    return `'{${fields.join(",")}}'`;
}

/** A field whose values need no escaping: numbers, addresses, names and tokens of HTTP (RFC 9110, 5.6.2). */
function text(name: string, item: string): string {
    return `"${name}":"${item}"`;
}

/** A field whose values may contain any character. Those that JSON does not accept in a text become "_". */
function cleanText(name: string, expression: string): string {
    return text(name, `%[${expression},regsub("[^] !#-[^-~]",_,g)]`);
}

function number(name: string, item: string): string {
    return `"${name}":${item}`;
}
