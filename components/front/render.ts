import { BODY_LIMIT_FILE } from "./body-limit";
import { checkFront, FrontSettingsError, LONGEST_TIME_MS } from "./check";
import {
    answerChallenges,
    FOLLOW_STORE_FILE,
    followStore,
    notePlaceholder,
    refuseByPlaceholder,
    STORE_LOOKED_AT,
    UNLESS_PLACEHOLDER,
} from "./follow-store";
import { accessLog, connectionLog } from "./log";
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
    requestHeaders,
    rootHealth,
    type Section,
    SERVICE_PREFIX,
} from "./sections";
import {
    CERTIFICATE_FILE,
    HTTP_PORT,
    HTTPS_PORT,
    SECRET_FOLDER,
    type FrontModel,
    type FrontSettings,
} from "./settings";

/** Where the container keeps its copy of the store, see container.ts: in the folder that HAProxy is started in. */
export const STORE_COPY = "store";

/** In Linux's abstract namespace: no file, no port, and nobody outside of the container group can reach it. */
const COUNTED_SOCKET = "abns@front-counted";

/**
 * The complete HAProxy 3.0 configuration of a container group's front for these settings. The same settings give the same
 * text. For many models behind several fronts, see `frontFiles`.
 * @throws FrontSettingsError with every setting that cannot be used
 * @example renderFront({ tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31536000 }, models: [iris] })
 */
export function renderFront(settings: FrontSettings): string {
    const problems = checkFront(settings);
    if (problems.length > 0) throw new FrontSettingsError(problems);

    const { tls, models, maxConnectionAgeSeconds } = settings;
    const stored = tls?.storedCertificate;
    const served = models.map(({ name }) => `{ nbsrv(${name}) gt 0 }`);
    return configuration([
        processWide({
            minimumVersion: tls?.minimumVersion,
            bodyLimitFile: BODY_LIMIT_FILE,
            own: [
                // The official image starts as haproxy, others as root: then this gives root up as soon as the ports are
                // open.
                "user haproxy",
                "group haproxy",
                ...PROCESS_LIMITS,
                // ACI kills what has not stopped 30 seconds after it was asked to.
                "hard-stop-after 25s",
                ...(stored === undefined ? [] : followStore(FOLLOW_STORE_FILE, STORE_COPY, stored)),
            ],
        }),
        defaults(5),
        ...(tls
            ? [
                  aging(
                      redirect(HTTP_PORT, accessLog(), stored === undefined ? [] : answerChallenges()),
                      maxConnectionAgeSeconds,
                  ),
              ]
            : []),
        aging(entrance(settings), maxConnectionAgeSeconds),
        ...models.map(unknownLength),
        counted(models),
        ...models.map(model => modelBackend(model, [], `server replica ${model.host}:${model.port}`)),
        unknownPath(),
        // Not by the certificate: an authority may be looking for a challenge here before there is one.
        health([isReady([...served, ...(stored === undefined ? [] : [STORE_LOOKED_AT])].join(" "))]),
    ]);
}

/**
 * HAProxy knows no limit for the age of a connection, but does what an answer of HTTP/1 says of it. Connections of HTTP/2 it
 * ends when it is asked to stop: with the next answer, and not at once, where a request may be on its way.
 */
function aging(section: Section, maxAgeSeconds: number | undefined): Section {
    if (maxAgeSeconds === undefined) return section;
    const [head, ...directives] = section;
    return [
        head,
        "option idle-close-on-response",
        "tcp-request session set-var(sess.opened) date()",
        ...directives,
        `http-after-response set-header connection close if { date(),sub(sess.opened) ge ${maxAgeSeconds} }`,
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
        ...(tls?.storedCertificate === undefined
            ? [...requestHeaders(tls ? "https" : "http"), ...answerHeaders(tls?.hstsMaxAgeSeconds ?? 0)]
            : [
                  ...notePlaceholder(),
                  ...requestHeaders("https"),
                  ...answerHeaders(tls.hstsMaxAgeSeconds, UNLESS_PLACEHOLDER),
                  ...refuseByPlaceholder(),
              ]),
        ...(models.length === 1 ? models.flatMap(({ name }) => rootHealth(name)) : []),
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

/** A colon is not possible in the name of a model. */
function unknownPath(): Section {
    return ["backend :unknown-path", "http-request deny deny_status 404"];
}
