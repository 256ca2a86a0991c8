import { connectionLog, entryLog, logRequests } from "./log";
import {
    CONFIGURATION_FOLDER,
    type FrontReplicas,
    type PodFrontSettings,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
} from "./pod-settings";
import { requireModelKey } from "./keys";
import { connections } from "./limits";
import { OWNERS } from "./queue-owners";
import { findRoute, KEY_REQUIRED } from "./routes";
import type { Section } from "./configuration-text";
import { hasServers, redirect, redirectToHttps, requestHeaders, responseHeaders } from "./sections";
import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";
import {
    answerChallenges,
    markPlaceholder,
    refuseOverPlaceholder,
    UNLESS_PLACEHOLDER,
} from "./stored-certificate";
import { awaitBody, useUploads } from "./uploads";

export const ROUTES_FILE = "routes.map";
export const ROUTES = `${CONFIGURATION_FOLDER}/${ROUTES_FILE}`;

export const TO_MODEL = "use_backend %[var(txn.model)]";

/** What differs between the entrances for HTTP and HTTPS. */
interface Entrance {
    scheme: "http" | "https";
    hstsMaxAgeSeconds: number;
    /** Whether the placeholder certificate may be served. */
    placeholder?: boolean;
    /** Rules that follow the search for the route. */
    rules?: readonly string[];
}

/** The front ends that clients connect to. */
export function entrances(settings: PodFrontSettings): Section[] {
    const { tls, models } = settings;
    const http = `bind *:${UNPRIVILEGED_HTTP_PORT}`;
    if (!tls)
        return [["frontend http", http, ...entrance({ scheme: "http", hstsMaxAgeSeconds: 0 }, settings)]];

    const placeholder = tls.storedCertificate !== undefined;
    const challenges = placeholder ? answerChallenges() : [];
    const https = `bind *:${UNPRIVILEGED_HTTPS_PORT} ssl crt ${SECRET_FOLDER}/${CERTIFICATE_FILE} alpn h2,http/1.1`;
    const plain: Entrance = { scheme: "http", hstsMaxAgeSeconds: 0, rules: redirectOthers() };
    return [
        models.some(({ plainHttp }) => plainHttp)
            ? ["frontend http", http, ...challenges, ...entrance(plain, settings)]
            : [
                  ...redirect({
                      port: UNPRIVILEGED_HTTP_PORT,
                      accessLog: settings.accessLog,
                      logFormat: entryLog(),
                      first: challenges,
                  }),
                  ...askToReconnect(),
              ],
        [
            "frontend https",
            https,
            `error-log-format ${connectionLog()}`,
            ...entrance({ scheme: "https", hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds, placeholder }, settings),
        ],
    ];
}

function entrance(
    { scheme, hstsMaxAgeSeconds, placeholder = false, rules = [] }: Entrance,
    settings: PodFrontSettings,
): string[] {
    return [
        connections("models"),
        ...logRequests(settings.accessLog, entryLog()),
        ...(placeholder ? markPlaceholder() : []),
        ...requestHeaders(scheme),
        ...responseHeaders(hstsMaxAgeSeconds, placeholder ? UNLESS_PLACEHOLDER : ""),
        ...(placeholder ? refuseOverPlaceholder() : []),
        ...askToReconnect(),
        ...findRoute(ROUTES),
        ...rules,
        "http-request deny deny_status 404 unless { var(txn.route) -m found }",
        ...checkKeys(settings),
        ...awaitBody(settings.models, "{ var(txn.length),sub(txn.most_bytes) gt 0 }"),
        useUploads(),
        ...toQueue(settings.fronts),
    ];
}

/** Answers 401 to requests without a valid key for their model. */
export function checkKeys({ models }: PodFrontSettings): string[] {
    return models.some(({ keysRequired }) => keysRequired) ? requireModelKey(KEY_REQUIRED) : [];
}

/** Selects the front that owns the queue of the model; without any, this one. */
export function toQueue(fronts: FrontReplicas | undefined): string[] {
    return [...(fronts ? [`use_backend ${OWNERS} if ${hasServers(OWNERS)}`] : []), TO_MODEL];
}

/** Redirects requests for models without `plainHttp`. */
function redirectOthers(): string[] {
    return redirectToHttps(" unless { var(txn.route),field(4,:) -m str http }");
}

/** When this front stops, asks clients with open connections to reconnect: another front gets the new connection. */
export function askToReconnect(): string[] {
    return [
        "option idle-close-on-response",
        "http-after-response set-header connection close if { stopping }",
    ];
}
