import type { AccessLog } from "./access-log";
import { errorResponses } from "./errors";
import type { Section } from "./configuration-text";
import { REMOVE_KEY } from "./keys";
import { connections, maxQueuedRequests } from "./limits";
import { LOG_TARGET, logRequests } from "./log";
import { connectionTimeouts, modelTimeouts, REQUEST_TIMEOUT_FILE } from "./timeouts";
import { loadResponses } from "./responses";
import { loadUploads } from "./uploads";
import {
    HEALTH_PORT,
    LIVE_PATH,
    METRICS_PATH,
    READY_PATH,
    type FrontModel,
    type MinimumTlsVersion,
} from "./settings";

/** Path prefix of the models in Azure ML v1 on AKS. */
export const SERVICE_PREFIX = "/api/v1/service";

/** Paths of a model, below its prefix and on its own host name. */
export const MODEL_PATHS: readonly string[] = ["/score", "/swagger.json"];

interface ProcessOptions {
    minimumVersion?: MinimumTlsVersion;
    /** Folder of the Lua files. */
    scriptFolder: string;
    models: readonly FrontModel[];
    /** Directives of one hosting only. */
    more: readonly string[];
}

/** Forward secrecy and authenticated encryption only (RFC 9325, 4.2). The client's order wins: it depends on its hardware. */
const TLS_1_2_CIPHERS = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
];
const TLS_1_3_CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/**
 * Clients resume sessions of both versions, and ticket keys are short-lived (RFC 9325, 3.4). With OpenSSL, HAProxy would
 * encrypt tickets with one key until it ends. Without tickets, it keeps the sessions in memory. AWS-LC cannot do that for
 * TLS 1.3, but it replaces its ticket keys every two days.
 */
const RESUMPTION = [".if !feature(OPENSSL_AWSLC)", "ssl-default-bind-options no-tls-tickets", ".endif"];

export function processWide(options: ProcessOptions): Section {
    const { minimumVersion, scriptFolder, models, more } = options;
    return [
        "global",
        `log ${LOG_TARGET}`,
        ...more,
        loadUploads(scriptFolder),
        loadResponses(scriptFolder),
        ...(models.some(({ requestTimeoutMs }) => requestTimeoutMs !== undefined)
            ? [`lua-load-per-thread ${scriptFolder}/${REQUEST_TIMEOUT_FILE}`]
            : []),
        ...(minimumVersion
            ? [
                  `ssl-default-bind-options ssl-min-ver TLSv${minimumVersion}`,
                  ...RESUMPTION,
                  ...(minimumVersion === "1.2"
                      ? [`ssl-default-bind-ciphers ${TLS_1_2_CIPHERS.join(":")}`]
                      : []),
                  `ssl-default-bind-ciphersuites ${TLS_1_3_CIPHERS.join(":")}`,
              ]
            : []),
    ];
}

export function defaults(connectSeconds: number): Section {
    return [
        "defaults",
        "mode http",
        "log global",
        // No log lines for load balancers that probe by connecting.
        "option dontlognull",
        // A client that disconnects is removed from the queue.
        "option abortonclose",
        // The parts of a response are sent when they arrive. HAProxy would wait up to 200 ms for more.
        "option http-no-delay",
        // Python's WSGI cannot tell X_Name from X-Name.
        "option http-restrict-req-hdr-names delete",
        ...connectionTimeouts(connectSeconds),
        ...errorResponses(),
    ];
}

/** The port that redirects plain HTTP to HTTPS. */
interface Redirection {
    port: number;
    accessLog: AccessLog | undefined;
    logFormat: string;
    /** Rules that come before. */
    first: readonly string[];
}

export function redirect({ port, accessLog, logFormat, first }: Redirection): Section {
    return [
        "frontend redirect",
        `bind *:${port}`,
        connections("redirect"),
        ...logRequests(accessLog, logFormat),
        ...first,
        ...redirectToHttps(),
    ];
}

/** Redirects with 308, which keeps the method, unlike 301. Clients use port 80, so that is the port in their Host header. */
export function redirectToHttps(condition = ""): string[] {
    return [
        "http-request deny deny_status 400 unless { req.hdr(host) -m found }",
        `http-request redirect code 308 location https://%[req.hdr(host),regsub(:80$,)]%[pathq]${condition}`,
    ];
}

/** Sets the request headers for the model: the request's id, and where it came from. */
export function requestHeaders(scheme: "http" | "https"): string[] {
    return [
        // The whole header: req.hdr would check the parts of a list one by one.
        "http-request set-var(txn.id) req.fhdr(x-request-id,-1) if { req.fhdr(x-request-id,-1) -m reg ^[-._A-Za-z0-9]{1,100}$ }",
        "http-request set-var(txn.id) uuid() unless { var(txn.id) -m found }",
        // RFC 9112, 3.2.
        "http-request deny deny_status 400 if { req.ver 1.1 } !{ req.hdr(host) -m found }",
        "http-request set-header x-request-id %[var(txn.id)]",
        "http-request set-header x-forwarded-for %ci",
        `http-request set-header x-forwarded-proto ${scheme}`,
    ];
}

/** Sets and removes headers of every response, including the front's own error responses. */
export function responseHeaders(hstsMaxAgeSeconds: number, hstsCondition = ""): string[] {
    return [
        "http-after-response set-header x-request-id %[var(txn.id)]",
        ...(hstsMaxAgeSeconds > 0
            ? [
                  `http-after-response set-header strict-transport-security max-age=${hstsMaxAgeSeconds}${hstsCondition}`,
              ]
            : []),
        ...["server", "x-powered-by", "x-ms-server-version"].map(
            banner => `http-after-response del-header ${banner}`,
        ),
    ];
}

/** A condition: at least one server of this back end is up. */
export function hasServers(backend: string): string {
    return `{ nbsrv(${backend}) gt 0 }`;
}

/**
 * The back end of a model: enforces its limits.
 * @param first directives before all others
 * @param servers the `server` or `server-template` line of its replicas
 */
export function modelBackend(model: FrontModel, first: readonly string[], servers: string): Section {
    return [
        `backend ${model.name}`,
        ...first,
        ...(model.keysRequired ? [REMOVE_KEY] : []),
        `http-request deny deny_status 503 if { queue(${model.name}) ge ${maxQueuedRequests(model)} }`,
        `http-request set-path /%[path,field(-1,/)] if { path_beg ${SERVICE_PREFIX}/ }`,
        ...modelTimeouts(model),
        `option httpchk GET ${model.healthPath}`,
        `${servers} maxconn ${model.maxConcurrentRequests} check inter 1s fall 3 rise 1`,
    ];
}

/** Answers `/` with the model's health, for people and for monitoring of v1 services. */
export function rootHealth(model: string): string[] {
    return [
        `http-request return status 200 content-type text/plain string Healthy if { path / } ${hasServers(model)}`,
        "http-request deny deny_status 503 if { path / }",
    ];
}

/** Serves probes and metrics. `ready` are the directives that answer on READY_PATH. */
export function health(ready: readonly string[]): Section {
    return [
        "frontend :health",
        `bind *:${HEALTH_PORT}`,
        connections("health"),
        "no log",
        `http-request return status 200 content-type text/plain string live if { path ${LIVE_PATH} }`,
        ...ready,
        `http-request deny deny_status 503 if { path ${READY_PATH} }`,
        `http-request use-service prometheus-exporter if { path ${METRICS_PATH} }`,
        "http-request deny deny_status 404",
    ];
}

/** Answers 200 on READY_PATH under this condition. */
export function readyIf(condition: string): string {
    return `http-request return status 200 content-type text/plain string ready if { path ${READY_PATH} } ${condition}`;
}
