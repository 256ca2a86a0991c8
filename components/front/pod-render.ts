import { BODY_LIMIT_FILE, ROUTE_BODY_LIMIT_FILTER } from "./body-limit";
import { checkPodFront, FrontSettingsError } from "./check";
import { COMMANDS_SOCKET, FOLLOW_CERTIFICATE, FOLLOW_CERTIFICATE_FILE } from "./follow-certificate";
import {
    answerChallenges,
    FOLLOW_STORE,
    FOLLOW_STORE_FILE,
    followStore,
    notePlaceholder,
    refuseByPlaceholder,
    STORE_LOOKED_AT,
    UNLESS_PLACEHOLDER,
} from "./follow-store";
import { connectionLog, entryLog, queueLog } from "./log";
import {
    CONFIGURATION_FOLDER,
    DRAIN_SECONDS,
    hardStopSeconds,
    QUEUE_PORT,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
    type FrontReplicas,
    type PodFrontModel,
    type PodFrontSettings,
} from "./pod-settings";
import { BODY_FILTER, HOP_TIMEOUT, known, mayKeepQueues, OTHERS, OTHERS_UNCOUNTED, others } from "./owner";
import { findRoute, routeMap } from "./routes";
import {
    answerHeaders,
    configuration,
    defaults,
    health,
    isReady,
    modelBackend,
    PROCESS_LIMITS,
    processWide,
    redirect,
    redirectToHttps,
    requestHeaders,
    rootHealth,
    type Section,
} from "./sections";
import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";
import { STORE_COPY_FOLDER } from "./store";

const CONFIGURATION_FILE = "haproxy.cfg";
const ROUTES_FILE = "routes.map";

const ROUTES = `${CONFIGURATION_FOLDER}/${ROUTES_FILE}`;

/** In Linux's abstract namespace: no file, no port, and nobody outside of the pod can reach it. */
const COUNTED_SOCKET = "abns@front-counted";

/** A colon is not possible in the name of a model. */
const UNCOUNTED = ":uncounted";
const TO_MODEL = "use_backend %[var(txn.model)]";

/** From then on a front is ready even without one of its models: the others are not to wait for it. */
const READY_ANYWAY_SECONDS = 10;

/** An address that DNS has just told counts as a front that keeps queues until it has been asked. */
const ASKED_SECONDS = 2;

/** Connecting inside of a cluster takes milliseconds; a node that has gone does not even refuse. */
const CONNECT_SECONDS = 2;

/**
 * The files that a front in a pod reads, by name, for a folder mounted at `CONFIGURATION_FOLDER`. The same settings give the
 * same text.
 *
 * A request passes two fronts. The one that the client came to ends TLS, finds the model, and counts the body; it hands the
 * request to the one that keeps the model's queue (see owner.ts), which checks the key and lets so many requests at a time
 * through to each replica as the model takes. So the limits are those of the model, however many fronts there are.
 * @throws FrontSettingsError with every setting that cannot be used
 */
export function frontFiles(settings: PodFrontSettings): Record<string, string> {
    const problems = checkPodFront(settings);
    if (problems.length > 0) throw new FrontSettingsError(problems);

    return {
        [CONFIGURATION_FILE]: configuration(sections(settings)),
        [ROUTES_FILE]: routeMap(settings.models),
        [BODY_LIMIT_FILE]: ROUTE_BODY_LIMIT_FILTER,
        ...(settings.tls?.followed ? { [FOLLOW_CERTIFICATE_FILE]: FOLLOW_CERTIFICATE } : {}),
        ...(settings.tls?.storedCertificate === undefined ? {} : { [FOLLOW_STORE_FILE]: FOLLOW_STORE }),
    };
}

function sections(settings: PodFrontSettings): Section[] {
    const { tls, models, fronts } = settings;
    const knowsNames = fronts !== undefined || models.some(({ replicas }) => replicas !== undefined);
    return [
        processWide({
            minimumVersion: tls?.minimumVersion,
            bodyLimitFile: `${CONFIGURATION_FOLDER}/${BODY_LIMIT_FILE}`,
            own: [
                ...PROCESS_LIMITS,
                `grace ${DRAIN_SECONDS}s`,
                `hard-stop-after ${hardStopSeconds(settings)}s`,
                "set-var proc.started date()",
                ...(tls?.followed
                    ? [
                          `stats socket ${COMMANDS_SOCKET} level admin`,
                          `lua-load ${CONFIGURATION_FOLDER}/${FOLLOW_CERTIFICATE_FILE}`,
                      ]
                    : []),
                ...(tls?.storedCertificate === undefined
                    ? []
                    : followStore(
                          `${CONFIGURATION_FOLDER}/${FOLLOW_STORE_FILE}`,
                          STORE_COPY_FOLDER,
                          tls.storedCertificate,
                      )),
            ],
        }),
        ...(knowsNames ? [resolvers()] : []),
        [
            ...defaults(CONNECT_SECONDS),
            // Only a request that could not be connected is tried again, and then at once elsewhere: what may have reached
            // a model is never sent twice.
            "retries 3",
            "option redispatch 1",
        ],
        ...entrances(settings),
        ...(fronts ? [others(OTHERS, fronts), others(OTHERS_UNCOUNTED, fronts), queue(fronts)] : []),
        uncounted(),
        counted(),
        ...models.map(pool),
        health(ready(settings)),
    ];
}

/**
 * DNS in a cluster answers late (30 seconds and more): pods that are asked to go have to serve on for as long. When it does not
 * answer at all, what is known stays in use, and health checks tell what of it is gone.
 */
function resolvers(): Section {
    return [
        "resolvers cluster",
        "parse-resolv-conf",
        "accepted_payload_size 8192",
        "timeout resolve 1s",
        "timeout retry 1s",
        "hold timeout 1h",
        "hold refused 1h",
        "hold other 1h",
    ];
}

function entrances(settings: PodFrontSettings): Section[] {
    const { tls, models } = settings;
    const http = `bind *:${UNPRIVILEGED_HTTP_PORT}`;
    if (!tls) return [["frontend http", http, ...entrance("http", 0, settings)]];
    const challenges = tls.storedCertificate === undefined ? [] : answerChallenges();
    const https = `bind *:${UNPRIVILEGED_HTTPS_PORT} ssl crt ${SECRET_FOLDER}/${CERTIFICATE_FILE} alpn h2,http/1.1`;
    return [
        models.some(({ plainHttp }) => plainHttp)
            ? ["frontend http", http, ...challenges, ...entrance("http", 0, settings, plainOnly())]
            : [...redirect(UNPRIVILEGED_HTTP_PORT, entryLog(), challenges), ...leaving()],
        [
            "frontend https",
            https,
            `error-log-format ${connectionLog()}`,
            ...entrance("https", tls.hstsMaxAgeSeconds, settings),
        ],
    ];
}

function entrance(
    scheme: "http" | "https",
    hstsMaxAgeSeconds: number,
    { tls, fronts }: PodFrontSettings,
    more: readonly string[] = [],
): string[] {
    return [
        `log-format ${entryLog()}`,
        ...(scheme === "https" && tls?.storedCertificate !== undefined
            ? [
                  ...notePlaceholder(),
                  ...requestHeaders(scheme),
                  ...answerHeaders(hstsMaxAgeSeconds, UNLESS_PLACEHOLDER),
                  ...refuseByPlaceholder(),
              ]
            : [...requestHeaders(scheme), ...answerHeaders(hstsMaxAgeSeconds)]),
        ...leaving(),
        ...findRoute(ROUTES),
        ...more,
        "http-request deny deny_status 404 unless { var(txn.route) -m found }",
        // Here, so that a body which is too large does not travel first.
        "http-request deny deny_status 413 if { req.body_size,sub(txn.most_bytes) gt 0 }",
        ...(fronts
            ? [`use_backend ${OTHERS_UNCOUNTED} if body !length_known ${known(OTHERS_UNCOUNTED)}`]
            : []),
        `use_backend ${UNCOUNTED} if body !length_known`,
        ...(fronts ? [`use_backend ${OTHERS} if ${known(OTHERS)}`] : []),
        TO_MODEL,
    ];
}

/** What may not be asked for in the clear. */
function plainOnly(): string[] {
    return redirectToHttps(" unless { var(txn.route),field(4,:) -m str http }");
}

/** Clients that keep their connection are told to open another one, which a front that stays then gets. */
function leaving(): string[] {
    return [
        "option idle-close-on-response",
        "http-after-response set-header connection close if { stopping }",
    ];
}

/**
 * Where a body whose length nobody said is counted, on its way through the process a second time, when this front keeps the
 * queue for want of others.
 */
function uncounted(): Section {
    return [
        `backend ${UNCOUNTED}`,
        BODY_FILTER,
        HOP_TIMEOUT,
        `server counted ${COUNTED_SOCKET} send-proxy-v2`,
    ];
}

function counted(): Section {
    return [
        "frontend :counted",
        `bind ${COUNTED_SOCKET} accept-proxy`,
        "no log",
        ...findRoute(ROUTES),
        TO_MODEL,
    ];
}

/** Where requests come in from the fronts that clients talk to. The route is found again: nobody is believed that. */
function queue(fronts: FrontReplicas): Section {
    return [
        "frontend :queue",
        `bind *:${QUEUE_PORT}`,
        `log-format ${queueLog()}`,
        ...leaving(),
        // The other end closes what it does not need: if both did, one could close what the other is about to use.
        "timeout client 5m",
        "timeout http-keep-alive 5m",
        ...mayKeepQueues(fronts),
        "http-request set-var(txn.id) req.hdr(x-request-id)",
        "http-request set-var(txn.client) req.hdr(x-forwarded-for)",
        ...findRoute(ROUTES),
        "http-request deny deny_status 404 unless { var(txn.route) -m found }",
        TO_MODEL,
    ];
}

function pool(model: PodFrontModel): Section {
    const { name, host, port, hostname, replicas } = model;
    const at = `${host}:${port}`;
    return modelBackend(
        model,
        [
            "balance leastconn",
            // A connection for each request: one that is kept may be closed by the model just when it is used again.
            "option http-server-close",
            ...(hostname ? rootHealth(name) : []),
        ],
        replicas === undefined
            ? `server replica ${at}`
            : `server-template replica 1-${replicas} ${at} resolvers cluster resolve-prefer ipv4 init-addr none`,
    );
}

/**
 * Ready when every model has had a replica, and a front that keeps queues is known; then for good: what becomes of a model is
 * no reason to take the front from the others.
 */
function ready({ tls, models, fronts }: PodFrontSettings): string[] {
    const missing = [...models.map(({ name }) => name), ...(fronts ? [OTHERS] : [])];
    return [
        ...missing.map(name => `http-request set-var(txn.missing) bool(true) unless { nbsrv(${name}) gt 0 }`),
        ...(tls?.storedCertificate === undefined
            ? []
            : [`http-request set-var(txn.missing) bool(true) unless ${STORE_LOOKED_AT}`]),
        ...(fronts
            ? [
                  `http-request set-var(txn.missing) bool(true) unless { date,sub(proc.started) ge ${ASKED_SECONDS} }`,
              ]
            : []),
        "http-request set-var(proc.ready) bool(true) unless { var(txn.missing) -m bool }",
        `http-request set-var(proc.ready) bool(true) if { date,sub(proc.started) ge ${READY_ANYWAY_SECONDS} }`,
        isReady("{ var(proc.ready) -m bool } !{ stopping }"),
    ];
}
