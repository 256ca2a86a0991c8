import type { Section } from "./configuration-text";
import { statusOfAbortedRequests } from "./errors";
import { requestsInProgress } from "./limits";
import { TEMPORARY_FOLDER, type FrontModel } from "./settings";

/** Collects bodies that do not fit into HAProxy's buffer, in a temporary file. */
export const UPLOAD_FILE = "collect-upload.lua";

/** A file that only HAProxy's user can open: a name in Linux's abstract namespace is open to every process of a container group. */
const UPLOADS_SOCKET = `unix@${TEMPORARY_FOLDER}/front-uploads.sock`;

/** A body of at most this size is complete before its request gets a place in the queue. Larger ones are collected in a file. */
const AWAITED_BYTES = 32_768;
const BODY_SECONDS = 10;
/** The time for a body while many others are awaited. A client that is not slow sends it at once. */
const BODY_SECONDS_UNDER_LOAD = 1;
/** Awaited bodies from which on the front is under load. */
const MANY_BODIES = 100;
/** While this many bodies are awaited, each connection may add `BODIES_PER_CONNECTION`. */
const MOST_BODIES = 300;
const BODIES_PER_CONNECTION = 1;

/** Uploads at the same time. Each has a coroutine and a file. */
const MOST_UPLOADS = 200;
/** A body that arrives more slowly is refused, and a client that reads a response more slowly is disconnected: 64 KiB per second. */
export const LEAST_BYTES_PER_SECOND = 65_536;

/** Tables of the requests whose body was incomplete when its headers arrived: those of the process, and of each connection. */
const AWAITED_TABLE = ":awaited";
const CONNECTIONS_TABLE = ":connections";

/** A condition: the body was incomplete. It costs less than `whole`, so a request whose body came with its headers loses little time. */
const AWAITED = "{ sc0_tracked }";

/** Back end that collects uploads. Model names cannot contain a colon, so it never collides with one. */
const UPLOADS = ":uploads";

/** Process-wide directives. */
export function loadUploads(scriptFolder: string): string {
    return `lua-load-per-thread ${scriptFolder}/${UPLOAD_FILE} ${UPLOADS_SOCKET} ${LEAST_BYTES_PER_SECOND}`;
}

/**
 * Rules of a front end, after the check of the key: wait for the body. So a request takes a place in the queue, and in the model, when
 * its body is complete, and a slow client delays nobody.
 *
 * `whole` means that as many bytes have arrived as `Content-Length` says. Without that header the request is awaited too; HAProxy
 * knows when it is complete.
 * @param tooLarge a condition: `txn.length` is larger than the largest accepted body
 */
export function awaitBody(models: readonly FrontModel[], tooLarge: string): string[] {
    const inProgress = requestsInProgress(models);
    const underLoad = (more: number) => `${AWAITED} { sc0_conn_cur gt ${inProgress + more} }`;
    return [
        "http-request set-var(txn.length) req.hdr_val(content-length)",
        `http-request deny deny_status 413 if ${tooLarge}`,
        "acl whole req.body_len,sub(txn.length) ge 0",
        `http-request track-sc0 int(1) table ${AWAITED_TABLE} unless whole`,
        `http-request track-sc1 src_port table ${CONNECTIONS_TABLE} if ${AWAITED}`,
        `http-request deny deny_status 503 if ${underLoad(MOST_BODIES)} { sc1_conn_cur gt ${BODIES_PER_CONNECTION} }`,
        waitForBody(BODY_SECONDS_UNDER_LOAD, underLoad(MANY_BODIES)),
        waitForBody(BODY_SECONDS, AWAITED),
    ];
}

function waitForBody(seconds: number, condition: string): string {
    return `http-request wait-for-body time ${seconds}s at-least ${AWAITED_BYTES} if ${condition}`;
}

/** After the rules of `awaitBody`: sends requests whose body is still incomplete to the back end that collects it. */
export function useUploads(backend = UPLOADS): string {
    return `use_backend ${backend} if ${AWAITED} !whole { req.body_len ge ${AWAITED_BYTES} }`;
}

/**
 * The back end that collects uploads.
 * @param first directives before all others: the time-out for responses, and the variables that collect-upload.lua needs
 */
export function uploads(first: readonly string[], name = UPLOADS): Section {
    return [
        `backend ${name}`,
        "filter lua.upload-limits",
        ...first,
        `http-request deny deny_status 503 if { be_conn gt ${MOST_UPLOADS} }`,
        "http-request use-service lua.collect-upload",
        ...statusOfAbortedRequests(),
    ];
}

/** The front end that receives collected requests, and the tables. `rules` select the back end. */
export function collected(owner: readonly string[], rules: readonly string[]): Section[] {
    return [
        [
            "frontend :collected",
            ["bind", UPLOADS_SOCKET, "mode 600", ...owner].join(" "),
            `maxconn ${MOST_UPLOADS}`,
            "no log",
            ...rules,
        ],
        [`backend ${AWAITED_TABLE}`, "stick-table type integer size 1 expire 1h store conn_cur"],
        [`backend ${CONNECTIONS_TABLE}`, "stick-table type integer size 64k expire 1m store conn_cur"],
    ];
}
