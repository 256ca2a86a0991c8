import { errorAnswers } from "./errors";
import {
    HEALTH_PORT,
    KEY_DIGESTS_FILE,
    LIVE_PATH,
    METRICS_PATH,
    READY_PATH,
    SECRET_FOLDER,
    type FrontModel,
    type MinimumTlsVersion,
} from "./settings";

/** A head such as `backend iris`, then its directives. */
export type Section = readonly [head: string, ...directives: string[]];

/** What Azure ML v1 served a model under on AKS. */
export const SERVICE_PREFIX = "/api/v1/service";

/** What both a container group and a pod may need to stand in the process-wide section. */
export interface ProcessOptions {
    minimumVersion?: MinimumTlsVersion;
    /** Where the body limit's filter is. */
    bodyLimitFile: string;
    /** What only one of the two has, before the filter and the TLS policy. */
    own: readonly string[];
}

const DEFAULT_MAX_QUEUED_REQUESTS = 100;

/** Forward secrecy and authenticated encryption only (RFC 9325, 4.2). The client's order holds: it knows its hardware. */
const TLS_1_2_CIPHERS = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
];
const TLS_1_3_CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

export function configuration(sections: readonly Section[]): string {
    return sections.map(text).join("\n");
}

function text([head, ...directives]: Section): string {
    return [head, ...directives.map(directive => `    ${directive}`), ""].join("\n");
}

export function processWide({ minimumVersion, bodyLimitFile, own }: ProcessOptions): Section {
    return [
        "global",
        "log stdout format raw daemon",
        ...own,
        `lua-load-per-thread ${bodyLimitFile}`,
        ...(minimumVersion
            ? [
                  // Tickets of TLS 1.2 are encrypted with a key that lives as long as the process, which undoes forward
                  // secrecy (RFC 9325, 4.3.4). Sessions still resume, from the cache.
                  `ssl-default-bind-options ssl-min-ver TLSv${minimumVersion} no-tls-tickets`,
                  ...(minimumVersion === "1.2"
                      ? [`ssl-default-bind-ciphers ${TLS_1_2_CIPHERS.join(":")}`]
                      : []),
                  `ssl-default-bind-ciphersuites ${TLS_1_3_CIPHERS.join(":")}`,
              ]
            : []),
    ];
}

/** Limits of the process that hold wherever it runs. */
export const PROCESS_LIMITS: readonly string[] = [
    // About 100 MB at worst (two buffers and a TLS session each) of the 1 GB that a container group has at least.
    "maxconn 4000",
    // Containers see every core of their host, whatever their share of it is.
    "thread-hard-limit 4",
];

export function defaults(connectSeconds: number): Section {
    return [
        "defaults",
        "mode http",
        "log global",
        // Probes of load balancers that connect and leave.
        "option dontlognull",
        // A client that has gone leaves the queue.
        "option abortonclose",
        // The first 16 kB of a body are here before the model is bothered, so that a slow sender keeps no place of it.
        "option http-buffer-request",
        // Python's WSGI cannot tell X_Name from X-Name.
        "option http-restrict-req-hdr-names delete",
        "timeout http-request 10s",
        "timeout http-keep-alive 60s",
        "timeout client 30s",
        `timeout connect ${connectSeconds}s`,
        "timeout server 30s",
        ...errorAnswers(),
    ];
}

/** The bodies of errors come from `defaults`; here only the address changes. 308 keeps the method, unlike 301. */
export function redirect(port: number, log: string, first: readonly string[] = []): Section {
    return ["frontend redirect", `bind *:${port}`, `log-format ${log}`, ...first, ...redirectToHttps()];
}

/** Clients see port 80, whatever the front listens on. */
export function redirectToHttps(condition = ""): string[] {
    return [
        "http-request deny deny_status 400 unless { req.hdr(host) -m found }",
        `http-request redirect code 308 location https://%[req.hdr(host),regsub(:80$,)]%[pathq]${condition}`,
    ];
}

/** What a request brings along from here on: its id, and where it came from. */
export function requestHeaders(scheme: "http" | "https"): string[] {
    return [
        "http-request set-var(txn.id) req.hdr(x-request-id) if { req.hdr(x-request-id) -m reg ^[-._A-Za-z0-9]{1,100}$ }",
        "http-request set-var(txn.id) uuid() unless { var(txn.id) -m found }",
        "http-request set-header x-request-id %[var(txn.id)]",
        "http-request set-header x-forwarded-for %[src]",
        `http-request set-header x-forwarded-proto ${scheme}`,
        "acl body req.body_len gt 0",
        "acl length_known req.hdr(content-length) -m found",
    ];
}

/** What every answer has, or must not have, the front's own too. */
export function answerHeaders(hstsMaxAgeSeconds: number, hstsCondition = ""): string[] {
    return [
        "http-after-response set-header x-request-id %[var(txn.id)]",
        ...(hstsMaxAgeSeconds > 0
            ? [
                  `http-after-response set-header strict-transport-security max-age=${hstsMaxAgeSeconds}${hstsCondition}`,
              ]
            : []),
        "http-after-response set-status 413 if { var(txn.body_too_large) -m bool }",
        ...["server", "x-powered-by", "x-ms-server-version"].map(
            banner => `http-after-response del-header ${banner}`,
        ),
    ];
}

/** Who may ask a model, and how much at a time. `servers` are its replicas. */
export function modelBackend(
    model: FrontModel & { keyDigestsFile?: string },
    own: readonly string[],
    servers: string,
): Section {
    const maxQueuedRequests = model.maxQueuedRequests ?? DEFAULT_MAX_QUEUED_REQUESTS;
    const digests = `${SECRET_FOLDER}/${model.keyDigestsFile ?? KEY_DIGESTS_FILE}`;
    return [
        `backend ${model.name}`,
        ...own,
        ...(model.keysRequired
            ? [
                  // Looked up by digest: how long that takes says something about the digest, and nothing about a key.
                  `http-request deny deny_status 401 unless { http_auth_bearer,sha2(256),hex,lower -m str -f ${digests} }`,
                  "http-request del-header authorization",
              ]
            : []),
        `http-request deny deny_status 413 if { req.body_size gt ${model.maxBodyBytes} }`,
        `http-request deny deny_status 503 if { queue(${model.name}) ge ${maxQueuedRequests} }`,
        `http-request set-path /%[path,field(-1,/)] if { path_beg ${SERVICE_PREFIX}/ }`,
        `timeout queue ${model.maxQueueWaitMs}`,
        `timeout server ${model.scoringTimeoutMs}`,
        // A model with one worker answers its health check after the request that it works on: it is late, not ill.
        `timeout check ${model.scoringTimeoutMs}`,
        `option httpchk GET ${model.healthPath}`,
        `${servers} maxconn ${model.maxConcurrentRequests} check inter 1s fall 3 rise 1`,
    ];
}

/** What a model's own root says of it, for people and for those who watch v1 services there. */
export function rootHealth(model: string): string[] {
    return [
        `http-request return status 200 content-type text/plain string Healthy if { path / } { nbsrv(${model}) gt 0 }`,
        "http-request deny deny_status 503 if { path / }",
    ];
}

/** Probes and metrics. `ready` are the directives that answer on READY_PATH. */
export function health(ready: readonly string[]): Section {
    return [
        "frontend :health",
        `bind *:${HEALTH_PORT}`,
        "no log",
        `http-request return status 200 content-type text/plain string live if { path ${LIVE_PATH} }`,
        ...ready,
        `http-request deny deny_status 503 if { path ${READY_PATH} }`,
        `http-request use-service prometheus-exporter if { path ${METRICS_PATH} }`,
        "http-request deny deny_status 404",
    ];
}

/** The answer of READY_PATH when everything is. */
export function isReady(condition: string): string {
    return `http-request return status 200 content-type text/plain string ready if { path ${READY_PATH} } ${condition}`;
}
