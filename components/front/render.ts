import { checkFront, FrontSettingsError } from "./check";
import { STORE_COPY } from "./container";
import { followStore } from "./followers";
import { accessLog, connectionLog, logRequests } from "./log";
import { configuration, type Section } from "./configuration-text";
import { requireKey } from "./keys";
import { CLIENT_CONNECTIONS, connections, processLimits } from "./limits";
import {
    defaults,
    hasServers,
    health,
    MODEL_PATHS,
    modelBackend,
    processWide,
    readyIf,
    redirect,
    requestHeaders,
    responseHeaders,
    rootHealth,
    SERVICE_PREFIX,
} from "./sections";
import { noteResponses, QUEUE_MS, type ResponsesHop, responsesHop, useResponsesHop } from "./responses";
import { hopTimeoutMs } from "./timeouts";
import {
    CERTIFICATE_FILE,
    type FrontModel,
    type FrontSettings,
    HTTP_PORT,
    HTTPS_PORT,
    SECRET_FOLDER,
} from "./settings";
import {
    answerChallenges,
    markPlaceholder,
    refuseOverPlaceholder,
    STORE_POLLED,
    UNLESS_PLACEHOLDER,
} from "./stored-certificate";
import { awaitBody, collected, uploads, useUploads } from "./uploads";

/** The scripts are in the folder that HAProxy starts in. */
const SCRIPT_FOLDER = ".";

/** HAProxy opens its sockets as root. */
const SOCKET_OWNER = ["user haproxy", "group haproxy"];

/** Localhost answers at once; a model that just starts gets some time. */
const CONNECT_SECONDS = 5;

/**
 * The complete HAProxy 3.0 configuration of the front in a container group. The same settings give the same text. For many
 * models behind several fronts see `frontFiles`.
 * @throws FrontSettingsError with every invalid setting
 * @example renderFront({ tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31536000 }, model: iris })
 */
export function renderFront(settings: FrontSettings): string {
    const problems = checkFront(settings);
    if (problems.length > 0) throw new FrontSettingsError(problems);

    const { tls, model, maxConnectionAgeSeconds } = settings;
    const stored = tls?.storedCertificate !== undefined;
    const redirection = redirect({
        port: HTTP_PORT,
        accessLog: settings.accessLog,
        logFormat: accessLog(),
        first: stored ? answerChallenges() : [],
    });
    return configuration([
        global(settings),
        defaults(CONNECT_SECONDS),
        ...(tls ? [limitAge(redirection, maxConnectionAgeSeconds)] : []),
        limitAge(entrance(settings), maxConnectionAgeSeconds),
        uploads(
            [
                `timeout server ${hopTimeoutMs(model)}`,
                `http-request set-var(txn.most_ms) int(${hopTimeoutMs(model)})`,
                `http-request set-var(txn.most_bytes) int(${model.maxBodyBytes})`,
            ],
            uploadsOf(model),
        ),
        ...collected(SOCKET_OWNER, [`default_backend ${hopOf(model).name}`]),
        ...responsesHop(SOCKET_OWNER, hopOf(model), settings.accessLog),
        modelBackend(
            model,
            [freePlace(model), ...noteResponses()],
            `server replica ${model.host}:${model.port}`,
        ),
        // Ready even without a certificate: the authority may have to fetch a challenge here first.
        health([readyIf([hasServers(model.name), ...(stored ? [STORE_POLLED] : [])].join(" "))]),
    ]);
}

/**
 * A place is free when the model's response has been received, not when the client has read it, if the model closes its connection.
 * A new connection for each request costs a little time, so the first half of the places do without.
 */
function freePlace({ name, maxConcurrentRequests }: FrontModel): string {
    return `http-request set-header connection close if { be_conn_free(${name}) le ${Math.ceil(maxConcurrentRequests / 2)} }`;
}

function global({ tls, model }: FrontSettings): Section {
    const name = tls?.storedCertificate;
    return processWide({
        minimumVersion: tls?.minimumVersion,
        scriptFolder: SCRIPT_FOLDER,
        models: [model],
        more: [
            // Drops root after binding the ports where the image starts as root. No change where it starts as haproxy.
            "user haproxy",
            "group haproxy",
            // The process connects to itself once for each request in progress.
            ...processLimits(CLIENT_CONNECTIONS),
            // ACI kills containers 30 seconds after the stop signal.
            "hard-stop-after 25s",
            ...(name === undefined ? [] : followStore(SCRIPT_FOLDER, STORE_COPY, name, SOCKET_OWNER)),
        ],
    });
}

/**
 * HAProxy has no limit for the age of a connection, but closes an HTTP/1 connection after a response with `connection: close`.
 * It closes HTTP/2 connections when it stops: with the next response, not at once, because a request may be on its way.
 */
function limitAge(section: Section, maxAgeSeconds: number | undefined): Section {
    if (maxAgeSeconds === undefined) return section;
    const [header, ...directives] = section;
    return [
        header,
        "option idle-close-on-response",
        "tcp-request session set-var(sess.opened) date()",
        ...directives,
        `http-after-response set-header connection close if { date(),sub(sess.opened) ge ${maxAgeSeconds} }`,
    ];
}

function entrance({ tls, model, accessLog: logged }: FrontSettings): Section {
    return [
        `frontend ${tls ? "https" : "http"}`,
        tls
            ? `bind *:${HTTPS_PORT} ssl crt ${SECRET_FOLDER}/${CERTIFICATE_FILE} alpn h2,http/1.1`
            : `bind *:${HTTP_PORT}`,
        connections("models"),
        ...logRequests(logged, accessLog(QUEUE_MS)),
        ...(tls ? [`error-log-format ${connectionLog()}`] : []),
        ...(tls?.storedCertificate === undefined
            ? [...requestHeaders(tls ? "https" : "http"), ...responseHeaders(tls?.hstsMaxAgeSeconds ?? 0)]
            : [
                  ...markPlaceholder(),
                  ...requestHeaders("https"),
                  ...responseHeaders(tls.hstsMaxAgeSeconds, UNLESS_PLACEHOLDER),
                  ...refuseOverPlaceholder(model.name),
              ]),
        ...rootHealth(model.name),
        `http-request deny deny_status 404 unless ${isFor(model)}`,
        ...(model.keysRequired ? [requireKey()] : []),
        ...awaitBody([model], `{ var(txn.length) -m int gt ${model.maxBodyBytes} }`),
        useUploads(uploadsOf(model)),
        ...useResponsesHop(hopOf(model)),
        `default_backend ${model.name}`,
    ];
}

function isFor({ name }: FrontModel): string {
    const paths = [...MODEL_PATHS, ...MODEL_PATHS.map(path => `${SERVICE_PREFIX}/${name}${path}`)];
    return `{ path ${paths.join(" ")} }`;
}

/** Model names cannot contain a colon, so this never collides with one. */
function uploadsOf({ name }: FrontModel): string {
    return `${name}:uploads`;
}

function hopOf(model: FrontModel): ResponsesHop {
    const { name, maxConcurrentRequests } = model;
    return {
        name: `${name}:responses`,
        model: name,
        maxConcurrentRequests,
        timeoutMs: hopTimeoutMs(model),
    };
}
