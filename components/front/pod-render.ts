import { checkPodFront, FrontSettingsError } from "./check";
import { type CertificateSource, CONFIGURATION_FILE, frontScripts } from "./container";
import { followCertificate, followStore } from "./followers";
import { logRequests, queueLog } from "./log";
import { CLIENT_CONNECTIONS, processLimits } from "./limits";
import {
    askToReconnect,
    checkKeys,
    entrances,
    ROUTES,
    ROUTES_FILE,
    toQueue,
    TO_MODEL,
} from "./pod-entrances";
import {
    CONFIGURATION_FOLDER,
    DRAIN_SECONDS,
    type FrontReplicas,
    hardStopSeconds,
    type PodFrontModel,
    type PodFrontSettings,
    QUEUE_PORT,
} from "./pod-settings";
import { answerOwnership, HOP_TIMEOUT, OWNERS, queueOwners } from "./queue-owners";
import { findRoute, routeMap } from "./routes";
import { configuration, type Section } from "./configuration-text";
import { defaults, hasServers, health, modelBackend, processWide, readyIf, rootHealth } from "./sections";
import { STORE_COPY_FOLDER } from "./store";
import { STORE_POLLED } from "./stored-certificate";
import { collected, uploads } from "./uploads";

/** After this time a front is ready even without some of its models, so that the other models are served. */
const READY_ANYWAY_SECONDS = 10;

/** HAProxy considers a newly resolved address up until the first health check. */
const FIRST_CHECK_SECONDS = 2;

/** Connecting within a cluster takes milliseconds; a node that is down does not even refuse. */
const CONNECT_SECONDS = 2;

/**
 * The files that a front in a pod reads, by name, for a folder mounted at `CONFIGURATION_FOLDER`. The same settings give the
 * same text.
 *
 * A request passes two fronts. The one that the client connects to terminates TLS, finds the model, checks the key, and waits for the
 * body. It forwards the request to the front that owns the model's queue (see queue-owners.ts). That one enforces the
 * concurrency limit for each replica. So the limits hold per model, independent of the number of fronts.
 * @throws FrontSettingsError with every invalid setting
 */
export function frontFiles(settings: PodFrontSettings): Record<string, string> {
    const problems = checkPodFront(settings);
    if (problems.length > 0) throw new FrontSettingsError(problems);

    return {
        [CONFIGURATION_FILE]: configuration(sections(settings)),
        [ROUTES_FILE]: routeMap(settings.models),
        ...frontScripts(certificateSource(settings)),
    };
}

function certificateSource({ tls }: PodFrontSettings): CertificateSource {
    if (tls?.storedCertificate !== undefined) return "stored";
    return tls?.followed ? "followed" : "fixed";
}

function sections(settings: PodFrontSettings): Section[] {
    const { models, fronts } = settings;
    const resolvesNames = fronts !== undefined || models.some(({ replicas }) => replicas !== undefined);
    return [
        global(settings),
        ...(resolvesNames ? [resolvers()] : []),
        [
            ...defaults(CONNECT_SECONDS),
            // Retries only a failed connection, at once and on another server: a request that may have reached a model is never
            // sent twice.
            "retries 3",
            "option redispatch 1",
        ],
        ...entrances(settings),
        ...(fronts ? [queueOwners(fronts), queue(settings, fronts)] : []),
        uploads([HOP_TIMEOUT]),
        ...collected([], [...findRoute(ROUTES), ...toQueue(fronts)]),
        ...models.map(replicas),
        health(readiness(settings)),
    ];
}

function global(settings: PodFrontSettings): Section {
    const { tls, models } = settings;
    return processWide({
        minimumVersion: tls?.minimumVersion,
        scriptFolder: CONFIGURATION_FOLDER,
        models,
        more: [
            // Fronts connect to each other once for each request in progress.
            ...processLimits(CLIENT_CONNECTIONS),
            `grace ${DRAIN_SECONDS}s`,
            `hard-stop-after ${hardStopSeconds(settings)}s`,
            "set-var proc.started date()",
            ...certificateScripts(settings),
        ],
    });
}

function certificateScripts({ tls }: PodFrontSettings): string[] {
    if (tls?.storedCertificate !== undefined)
        return followStore(CONFIGURATION_FOLDER, STORE_COPY_FOLDER, tls.storedCertificate);
    return tls?.followed ? followCertificate(CONFIGURATION_FOLDER) : [];
}

/**
 * DNS in a cluster can return answers that are 30 seconds old or older, so pods serve on for that long after the stop signal. When
 * DNS does not answer, the known addresses stay in use, and health checks detect which of them are gone.
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

/** Accepts requests from the fronts that clients connect to. Finds the route and checks the key again instead of trusting the sender. */
function queue(settings: PodFrontSettings, fronts: FrontReplicas): Section {
    return [
        "frontend :queue",
        `bind *:${QUEUE_PORT}`,
        `maxconn ${CLIENT_CONNECTIONS}`,
        ...logRequests(settings.accessLog, queueLog()),
        ...askToReconnect(),
        // The sender closes idle connections. If both ends did, this one could close a connection that the sender is about to use.
        "timeout client 5m",
        "timeout http-keep-alive 5m",
        ...answerOwnership(fronts),
        "http-request set-var(txn.id) req.hdr(x-request-id)",
        "http-request set-var(txn.client) req.hdr(x-forwarded-for)",
        ...findRoute(ROUTES),
        "http-request deny deny_status 404 unless { var(txn.route) -m found }",
        ...checkKeys(settings),
        TO_MODEL,
    ];
}

function replicas(model: PodFrontModel): Section {
    const { name, host, port, hostname, replicas } = model;
    const address = `${host}:${port}`;
    return modelBackend(
        model,
        [
            "balance leastconn",
            // One connection per request: the model could close a kept one just when it is used again. And a place is free when the
            // model's response has been received, not when the client has read it.
            "option httpclose",
            ...(hostname ? rootHealth(name) : []),
        ],
        replicas === undefined
            ? `server replica ${address}`
            : `server-template replica 1-${replicas} ${address} resolvers cluster resolve-prefer ipv4 init-addr none`,
    );
}

/**
 * Ready once every model has had a replica and a queue owner is known. Then ready until it stops: a model that fails later must not
 * take the front away from the other models.
 */
function readiness({ tls, models, fronts }: PodFrontSettings): string[] {
    const missingUnless = (condition: string) =>
        `http-request set-var(txn.missing) bool(true) unless ${condition}`;
    const backends = [...models.map(({ name }) => name), ...(fronts ? [OWNERS] : [])];
    return [
        ...backends.map(name => missingUnless(hasServers(name))),
        ...(tls?.storedCertificate === undefined ? [] : [missingUnless(STORE_POLLED)]),
        ...(fronts ? [missingUnless(`{ date,sub(proc.started) ge ${FIRST_CHECK_SECONDS} }`)] : []),
        "http-request set-var(proc.ready) bool(true) unless { var(txn.missing) -m bool }",
        // Not without the certificate: clients would get errors instead of the answers of a pod that has it.
        `http-request set-var(proc.ready) bool(true) if { date,sub(proc.started) ge ${READY_ANYWAY_SECONDS} }${tls?.storedCertificate === undefined ? "" : ` ${STORE_POLLED}`}`,
        readyIf("{ var(proc.ready) -m bool } !{ stopping }"),
    ];
}
