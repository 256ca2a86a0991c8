import { BODY_LIMIT_FILE } from "./body-limit";
import { checkFront, FrontSettingsError, LONGEST_TIME_MS } from "./check";
import { errorAnswers } from "./errors";
import { accessLog, connectionLog } from "./log";
import {
    CERTIFICATE_FILE,
    HEALTH_PORT,
    HTTP_PORT,
    HTTPS_PORT,
    KEY_DIGESTS_FILE,
    LIVE_PATH,
    METRICS_PATH,
    READY_PATH,
    SECRET_FOLDER,
    type FrontModel,
    type FrontSettings,
    type MinimumTlsVersion,
} from "./settings";

/** A head such as `backend iris`, then its directives. */
type Section = readonly [head: string, ...directives: string[]];

/** What Azure ML v1 served a model under on AKS. */
const SERVICE_PREFIX = "/api/v1/service";

const DEFAULT_MAX_QUEUED_REQUESTS = 100;

/** In Linux's abstract namespace: no file, no port, and nobody outside of the container group can reach it. */
const COUNTED_SOCKET = "abns@front-counted";

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

/**
 * The complete HAProxy 3.0 configuration for these settings. The same settings give the same text.
 * @throws FrontSettingsError with every setting that cannot be used
 * @example renderFront({ tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31536000 }, models: [iris] })
 */
export function renderFront(settings: FrontSettings): string {
    const problems = checkFront(settings);
    if (problems.length > 0) throw new FrontSettingsError(problems);

    const { tls, models } = settings;
    const sections: Section[] = [
        processWide(tls?.minimumVersion),
        defaults(),
        ...(tls ? [redirect()] : []),
        entrance(settings),
        ...models.map(unknownLength),
        counted(models),
        ...models.map(backend),
        unknownPath(),
        health(models),
    ];
    return sections.map(text).join("\n");
}

function text([head, ...directives]: Section): string {
    return [head, ...directives.map(directive => `    ${directive}`), ""].join("\n");
}

function processWide(minimumVersion: MinimumTlsVersion | undefined): Section {
    return [
        "global",
        "log stdout format raw daemon",
        // The official image starts as haproxy, others as root: then this gives root up as soon as the ports are open.
        "user haproxy",
        "group haproxy",
        // About 100 MB at worst (two buffers and a TLS session each) of the 1 GB that a container group has at least.
        "maxconn 4000",
        // Containers see every core of their host, whatever their share of it is.
        "thread-hard-limit 4",
        // ACI and Kubernetes kill what has not stopped 30 seconds after it was asked to.
        "hard-stop-after 25s",
        `lua-load-per-thread ${BODY_LIMIT_FILE}`,
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

function defaults(): Section {
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
        "timeout connect 5s",
        "timeout server 30s",
        ...errorAnswers(),
    ];
}

/** The bodies of errors come from `defaults`; here only the address changes. 308 keeps the method, unlike 301. */
function redirect(): Section {
    return [
        "frontend redirect",
        `bind *:${HTTP_PORT}`,
        `log-format ${accessLog()}`,
        "http-request deny deny_status 400 unless { req.hdr(host) -m found }",
        `http-request redirect code 308 location https://%[req.hdr(host),regsub(:${HTTP_PORT}$,)]%[pathq]`,
    ];
}

function entrance({ tls, models }: FrontSettings): Section {
    return [
        `frontend ${tls ? "https" : "http"}`,
        tls
            ? `bind *:${HTTPS_PORT} ssl crt ${SECRET_FOLDER}/${CERTIFICATE_FILE} alpn h2,http/1.1`
            : `bind *:${HTTP_PORT}`,
        `log-format ${accessLog()}`,
        ...(tls ? [`error-log-format ${connectionLog()}`] : []),
        "http-request set-var(txn.id) req.hdr(x-request-id) if { req.hdr(x-request-id) -m reg ^[-._A-Za-z0-9]{1,100}$ }",
        "http-request set-var(txn.id) uuid() unless { var(txn.id) -m found }",
        "http-request set-header x-request-id %[var(txn.id)]",
        "http-request set-header x-forwarded-for %[src]",
        `http-request set-header x-forwarded-proto ${tls ? "https" : "http"}`,
        "acl body req.body_len gt 0",
        "acl length_known req.hdr(content-length) -m found",
        "http-after-response set-header x-request-id %[var(txn.id)]",
        ...(tls && tls.hstsMaxAgeSeconds > 0
            ? [`http-after-response set-header strict-transport-security max-age=${tls.hstsMaxAgeSeconds}`]
            : []),
        "http-after-response set-status 413 if { var(txn.body_too_large) -m bool }",
        ...["server", "x-powered-by", "x-ms-server-version"].map(
            banner => `http-after-response del-header ${banner}`,
        ),
        ...(models.length === 1
            ? models.flatMap(({ name }) => [
                  `http-request return status 200 content-type text/plain string Healthy if { path / } { nbsrv(${name}) gt 0 }`,
                  "http-request deny deny_status 503 if { path / }",
              ])
            : []),
        ...models.map(
            ({ name }, _, all) => `use_backend ${uncounted(name)} if body !length_known ${isFor(name, all)}`,
        ),
        ...routes(models),
    ];
}

function routes(models: readonly FrontModel[]): string[] {
    return [
        ...models.map(({ name }, _, all) => `use_backend ${name} if ${isFor(name, all)}`),
        "default_backend :unknown-path",
    ];
}

function isFor(name: string, models: readonly FrontModel[]): string {
    const paths = [
        ...(models.length === 1 ? ["/score", "/swagger.json"] : []),
        `${SERVICE_PREFIX}/${name}/score`,
        `${SERVICE_PREFIX}/${name}/swagger.json`,
    ];
    return `{ path ${paths.join(" ")} }`;
}

/** A colon is not possible in the name of a model. */
function uncounted(name: string): string {
    return `${name}:uncounted`;
}

/**
 * Where a body whose length nobody said is counted while it passes, on its way through the process a second time. HAProxy
 * sets a filter up for every request of a section, and this one costs as much as all the rest: here only those pay who
 * need it. The concurrency limit and the queue stay in one place, behind.
 */
function unknownLength(model: FrontModel): Section {
    return [
        `backend ${uncounted(model.name)}`,
        `filter lua.body-limit ${model.maxBodyBytes}`,
        // What is behind answers in time; this is only for the case that it does not.
        `timeout server ${Math.min(model.maxQueueWaitMs + model.scoringTimeoutMs + 5_000, LONGEST_TIME_MS)}`,
        `server counted ${COUNTED_SOCKET} send-proxy-v2`,
    ];
}

function counted(models: readonly FrontModel[]): Section {
    return ["frontend :counted", `bind ${COUNTED_SOCKET} accept-proxy`, "no log", ...routes(models)];
}

function backend(model: FrontModel): Section {
    const maxQueuedRequests = model.maxQueuedRequests ?? DEFAULT_MAX_QUEUED_REQUESTS;
    return [
        `backend ${model.name}`,
        ...(model.keysRequired
            ? [
                  // Looked up by digest: how long that takes says something about the digest, and nothing about a key.
                  `http-request deny deny_status 401 unless { http_auth_bearer,sha2(256),hex,lower -m str -f ${SECRET_FOLDER}/${KEY_DIGESTS_FILE} }`,
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
        `server replica ${model.host}:${model.port} maxconn ${model.maxConcurrentRequests} check inter 1s fall 3 rise 1`,
    ];
}

/** A colon is not possible in the name of a model. */
function unknownPath(): Section {
    return ["backend :unknown-path", "http-request deny deny_status 404"];
}

function health(models: FrontModel[]): Section {
    const allUp = models.map(({ name }) => `{ nbsrv(${name}) gt 0 }`).join(" ");
    return [
        "frontend :health",
        `bind *:${HEALTH_PORT}`,
        "no log",
        `http-request return status 200 content-type text/plain string live if { path ${LIVE_PATH} }`,
        `http-request return status 200 content-type text/plain string ready if { path ${READY_PATH} } ${allUp}`,
        `http-request deny deny_status 503 if { path ${READY_PATH} }`,
        `http-request use-service prometheus-exporter if { path ${METRICS_PATH} }`,
        "http-request deny deny_status 404",
    ];
}
