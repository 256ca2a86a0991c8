import { isIPv4 } from "node:net";
import {
    QUEUE_PORT,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
    type PodFrontModel,
    type PodFrontSettings,
} from "./pod-settings";
import { DNS_LABEL, isCanonicalHostname } from "../shared/host-name";
import { HEALTH_PORT, HTTP_PORT, HTTPS_PORT, type FrontModel, type FrontSettings } from "./settings";

/** A setting that cannot become configuration. */
export interface FrontProblem {
    /** @example "models[0].port" */
    property: string;
    reason: string;
}

/** Thrown by `renderFront` and `frontFiles` with every problem there is. */
export class FrontSettingsError extends Error {
    override readonly name = "FrontSettingsError";

    constructor(readonly problems: readonly FrontProblem[]) {
        super(problems.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    }
}

/** RFC 3986 path and query characters, less those that mean something to HAProxy: quotes, `\`, `#`, `$` and spaces. */
const PATH = /^\/[-A-Za-z0-9._~/?=&:@!*+,;]{0,1023}$/;

/** HAProxy keeps times in 31 bits and refuses more than this (24.8 days). */
export const LONGEST_TIME_MS = 2 ** 31 - 1;

/** Below SECRET_FOLDER, in folders or not, and never above it. */
const FILE = /^(?=.{1,253}$)[A-Za-z0-9][-._A-Za-z0-9]*(\/[A-Za-z0-9][-._A-Za-z0-9]*)*$/;

const STORED_CERTIFICATE = /^[A-Za-z0-9][-.A-Za-z0-9]{0,199}$/;

/**
 * Every reason why these settings cannot be rendered. Whatever passes can be put into the configuration without
 * quotes: that is what keeps a name from becoming a directive.
 */
export function checkFront(settings: FrontSettings): FrontProblem[] {
    const ports = [HTTP_PORT, HTTPS_PORT, HEALTH_PORT];
    const { maxConnectionAgeSeconds } = settings;
    return [
        ...checkTls(settings.tls),
        ...(maxConnectionAgeSeconds === undefined
            ? []
            : wholeNumber("maxConnectionAgeSeconds", maxConnectionAgeSeconds, 1, 86_400)),
        ...checkModels(settings.models, (model, at) => checkModel(model, at, ports)),
    ];
}

/** The same for a front in a pod. */
export function checkPodFront({ tls, models, fronts }: PodFrontSettings): FrontProblem[] {
    const ports = [UNPRIVILEGED_HTTP_PORT, UNPRIVILEGED_HTTPS_PORT, QUEUE_PORT, HEALTH_PORT];
    return [
        ...checkTls(tls),
        ...(fronts
            ? [
                  ...hostName("fronts.host", fronts.host),
                  ...wholeNumber("fronts.most", fronts.most, 1, 100),
                  ...(fronts.dnsDelaySeconds === undefined
                      ? []
                      : wholeNumber("fronts.dnsDelaySeconds", fronts.dnsDelaySeconds, 1, 3_600)),
              ]
            : []),
        ...checkModels(models, (model, at) => [
            ...checkModel(model, at, ports),
            ...checkInPod(model, at),
            ...(model.hostname !== undefined && !isFirst(models, model, "hostname")
                ? [{ property: `${at}.hostname`, reason: "is taken by another model" }]
                : []),
        ]),
    ];
}

function checkTls(tls: FrontSettings["tls"]): FrontProblem[] {
    if (!tls) return [];
    return [
        ...(tls.minimumVersion !== "1.2" && tls.minimumVersion !== "1.3"
            ? [{ property: "tls.minimumVersion", reason: "must be 1.2 or 1.3" }]
            : []),
        ...wholeNumber("tls.hstsMaxAgeSeconds", tls.hstsMaxAgeSeconds, 0, 2 ** 31 - 1),
        ...(tls.storedCertificate === undefined
            ? []
            : matches(
                  "tls.storedCertificate",
                  STORED_CERTIFICATE,
                  tls.storedCertificate,
                  "must be letters, digits, dots and hyphens, with a letter or digit first",
              )),
    ];
}

function checkModels<Model extends FrontModel>(
    models: readonly Model[],
    check: (model: Model, at: string) => FrontProblem[],
): FrontProblem[] {
    if (models.length === 0) return [{ property: "models", reason: "must name at least one model" }];
    return models.flatMap((model, index) => [
        ...check(model, `models[${index}]`),
        ...(isFirst(models, model, "name")
            ? []
            : [{ property: `models[${index}].name`, reason: "is taken by another model" }]),
    ]);
}

function isFirst<Model>(models: readonly Model[], model: Model, property: keyof Model): boolean {
    return models.find(other => other[property] === model[property]) === model;
}

function checkInPod({ hostname, replicas, keyDigestsFile }: PodFrontModel, at: string): FrontProblem[] {
    return [
        ...(replicas === undefined ? [] : wholeNumber(`${at}.replicas`, replicas, 1, 1_000)),
        ...(hostname === undefined ? [] : hostName(`${at}.hostname`, hostname)),
        ...(keyDigestsFile === undefined
            ? []
            : matches(
                  `${at}.keyDigestsFile`,
                  FILE,
                  keyDigestsFile,
                  "must be a relative path of letters, digits, dots, hyphens and underscores",
              )),
    ];
}

function checkModel(model: FrontModel, at: string, own: readonly number[]): FrontProblem[] {
    return [
        ...matches(
            `${at}.name`,
            DNS_LABEL,
            model.name,
            "must be 1 to 63 lower-case letters, digits or hyphens, with a letter or digit at both ends",
        ),
        ...(isIPv4(model.host) || isHostName(model.host)
            ? []
            : [{ property: `${at}.host`, reason: "must be an IPv4 address or a host name" }]),
        ...wholeNumber(`${at}.port`, model.port, 1, 65_535),
        ...(own.includes(model.port) && model.host.startsWith("127.")
            ? [{ property: `${at}.port`, reason: `is needed by the front itself (${own.join(", ")})` }]
            : []),
        ...matches(
            `${at}.healthPath`,
            PATH,
            model.healthPath,
            "must start with / and hold no spaces, quotes or backslashes, # $ or %",
        ),
        ...wholeNumber(`${at}.maxConcurrentRequests`, model.maxConcurrentRequests, 1, 10_000),
        ...wholeNumber(`${at}.maxQueueWaitMs`, model.maxQueueWaitMs, 1, LONGEST_TIME_MS),
        ...(model.maxQueuedRequests === undefined
            ? []
            : wholeNumber(`${at}.maxQueuedRequests`, model.maxQueuedRequests, 1, 10_000)),
        ...wholeNumber(`${at}.scoringTimeoutMs`, model.scoringTimeoutMs, 1, LONGEST_TIME_MS),
        ...wholeNumber(`${at}.maxBodyBytes`, model.maxBodyBytes, 1, 2 ** 40),
    ];
}

/** In lower case, as host names are compared. */
function hostName(property: string, value: string): FrontProblem[] {
    if (isIPv4(value)) return [{ property, reason: "must be a host name, not an address" }];
    return isHostName(value) ? [] : [{ property, reason: "must be a host name in lower case" }];
}

function isHostName(value: unknown): boolean {
    return typeof value === "string" && isCanonicalHostname(value);
}

function matches(property: string, pattern: RegExp, value: string, reason: string): FrontProblem[] {
    // In JavaScript $ without the flag m matches at the very end only, so a trailing line feed is refused too.
    return typeof value === "string" && pattern.test(value) ? [] : [{ property, reason }];
}

function wholeNumber(property: string, value: number, least: number, most: number): FrontProblem[] {
    return Number.isInteger(value) && value >= least && value <= most
        ? []
        : [{ property, reason: `must be a whole number from ${least} to ${most}` }];
}
