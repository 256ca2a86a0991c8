import { connectionLog, entryLog } from "./log";
import {
    CONFIGURATION_FOLDER,
    type PodFrontSettings,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
} from "./pod-settings";
import { OWNERS, OWNERS_UNCOUNTED } from "./queue-owners";
import { findRoute } from "./routes";
import type { Section } from "./configuration-text";
import { hasServers, redirect, redirectToHttps, requestHeaders, responseHeaders } from "./sections";
import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";
import {
    answerChallenges,
    markPlaceholder,
    refuseOverPlaceholder,
    UNLESS_PLACEHOLDER,
} from "./stored-certificate";

export const ROUTES_FILE = "routes.map";
export const ROUTES = `${CONFIGURATION_FOLDER}/${ROUTES_FILE}`;

/** Back end for bodies of unknown length. Model names cannot contain a colon, so it never collides with one. */
export const UNCOUNTED = ":uncounted";
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
export function entrances({ tls, models, fronts }: PodFrontSettings): Section[] {
    const http = `bind *:${UNPRIVILEGED_HTTP_PORT}`;
    if (!tls) return [["frontend http", http, ...entrance({ scheme: "http", hstsMaxAgeSeconds: 0 }, fronts)]];

    const placeholder = tls.storedCertificate !== undefined;
    const challenges = placeholder ? answerChallenges() : [];
    const https = `bind *:${UNPRIVILEGED_HTTPS_PORT} ssl crt ${SECRET_FOLDER}/${CERTIFICATE_FILE} alpn h2,http/1.1`;
    const plain: Entrance = { scheme: "http", hstsMaxAgeSeconds: 0, rules: redirectOthers() };
    return [
        models.some(({ plainHttp }) => plainHttp)
            ? ["frontend http", http, ...challenges, ...entrance(plain, fronts)]
            : [...redirect(UNPRIVILEGED_HTTP_PORT, entryLog(), challenges), ...askToReconnect()],
        [
            "frontend https",
            https,
            `error-log-format ${connectionLog()}`,
            ...entrance({ scheme: "https", hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds, placeholder }, fronts),
        ],
    ];
}

function entrance(
    { scheme, hstsMaxAgeSeconds, placeholder = false, rules = [] }: Entrance,
    fronts: PodFrontSettings["fronts"],
): string[] {
    return [
        `log-format ${entryLog()}`,
        ...(placeholder ? markPlaceholder() : []),
        ...requestHeaders(scheme),
        ...responseHeaders(hstsMaxAgeSeconds, placeholder ? UNLESS_PLACEHOLDER : ""),
        ...(placeholder ? refuseOverPlaceholder() : []),
        ...askToReconnect(),
        ...findRoute(ROUTES),
        ...rules,
        "http-request deny deny_status 404 unless { var(txn.route) -m found }",
        // Refused here, so that a body which is too large is not forwarded first.
        "http-request deny deny_status 413 if { req.body_size,sub(txn.most_bytes) gt 0 }",
        ...(fronts
            ? [`use_backend ${OWNERS_UNCOUNTED} if body !length_known ${hasServers(OWNERS_UNCOUNTED)}`]
            : []),
        `use_backend ${UNCOUNTED} if body !length_known`,
        ...(fronts ? [`use_backend ${OWNERS} if ${hasServers(OWNERS)}`] : []),
        TO_MODEL,
    ];
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
