import { isIPv4 } from "node:net";
import { DNS_LABEL, isCanonicalHostname } from "../shared/host-name";
import {
    QUEUE_PORT,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
    type FrontReplicas,
    type PodFrontModel,
    type PodFrontSettings,
} from "./pod-settings";
import {
    HEALTH_PORT,
    HTTP_PORT,
    HTTPS_PORT,
    LONGEST_TIME_MS,
    type FrontModel,
    type FrontSettings,
    type FrontTls,
    type RequestLimits,
} from "./settings";

/** An invalid setting. */
export interface FrontProblem {
    /** @example "models[0].port" */
    property: string;
    reason: string;
}

/** Thrown by `renderFront` and `frontFiles` with all problems. */
export class FrontSettingsError extends Error {
    override readonly name = "FrontSettingsError";

    constructor(readonly problems: readonly FrontProblem[]) {
        super(problems.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    }
}

/** Path and query characters of RFC 3986 without those that have a meaning for HAProxy: quotes, `\`, `#`, `$` and spaces. */
const PATH = /^\/[-A-Za-z0-9._~/?=&:@!*+,;]{0,1023}$/;

/** A relative path that cannot leave SECRET_FOLDER. */
const FILE = /^(?=.{1,253}$)[A-Za-z0-9][-._A-Za-z0-9]*(\/[A-Za-z0-9][-._A-Za-z0-9]*)*$/;

const STORED_CERTIFICATE = /^[A-Za-z0-9][-.A-Za-z0-9]{0,199}$/;

/**
 * All problems of these settings. Values that pass contain no characters with a meaning for HAProxy, so they can be written to the
 * configuration without quotes and cannot add a directive.
 */
export function checkFront({ tls, maxConnectionAgeSeconds, model }: FrontSettings): FrontProblem[] {
    return [
        ...checkTls(tls),
        ...(maxConnectionAgeSeconds === undefined
            ? []
            : wholeNumber("maxConnectionAgeSeconds", maxConnectionAgeSeconds, 1, 86_400)),
        ...checkModel(model, "model", [HTTP_PORT, HTTPS_PORT, HEALTH_PORT]),
    ];
}

/** The same for a front in a pod. */
export function checkPodFront({ tls, models, fronts }: PodFrontSettings): FrontProblem[] {
    const ports = [UNPRIVILEGED_HTTP_PORT, UNPRIVILEGED_HTTPS_PORT, QUEUE_PORT, HEALTH_PORT];
    return [
        ...checkTls(tls),
        ...(fronts ? checkReplicas(fronts) : []),
        ...(models.length === 0 ? [{ property: "models", reason: "must contain at least one model" }] : []),
        ...models.flatMap((model, index) => {
            const property = `models[${index}]`;
            return [
                ...checkModel(model, property, ports),
                ...checkInPod(model, property),
                ...checkUnique(models, model, property, "hostname"),
                ...checkUnique(models, model, property, "name"),
            ];
        }),
    ];
}

function checkTls(tls: FrontTls | undefined): FrontProblem[] {
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

function checkReplicas({ host, most, dnsDelaySeconds }: FrontReplicas): FrontProblem[] {
    return [
        ...hostName("fronts.host", host),
        ...wholeNumber("fronts.most", most, 1, 100),
        ...(dnsDelaySeconds === undefined
            ? []
            : wholeNumber("fronts.dnsDelaySeconds", dnsDelaySeconds, 1, 3_600)),
    ];
}

/** Reports `key` of a model that an earlier model has too. */
function checkUnique(
    models: readonly PodFrontModel[],
    model: PodFrontModel,
    property: string,
    key: "hostname" | "name",
): FrontProblem[] {
    const first = models.find(other => other[key] === model[key]);
    return model[key] === undefined || first === model
        ? []
        : [{ property: `${property}.${key}`, reason: "is used by another model" }];
}

function checkInPod({ hostname, replicas, keyDigestsFile }: PodFrontModel, property: string): FrontProblem[] {
    return [
        ...(replicas === undefined ? [] : wholeNumber(`${property}.replicas`, replicas, 1, 1_000)),
        ...(hostname === undefined ? [] : hostName(`${property}.hostname`, hostname)),
        ...(keyDigestsFile === undefined
            ? []
            : matches(
                  `${property}.keyDigestsFile`,
                  FILE,
                  keyDigestsFile,
                  "must be a relative path of letters, digits, dots, hyphens and underscores",
              )),
    ];
}

/** @param reserved ports that the front itself listens on */
function checkModel(model: FrontModel, property: string, reserved: readonly number[]): FrontProblem[] {
    return [
        ...matches(
            `${property}.name`,
            DNS_LABEL,
            model.name,
            "must be 1 to 63 lower-case letters, digits or hyphens, with a letter or digit at both ends",
        ),
        ...(isIPv4(model.host) || isHostName(model.host)
            ? []
            : [{ property: `${property}.host`, reason: "must be an IPv4 address or a host name" }]),
        ...wholeNumber(`${property}.port`, model.port, 1, 65_535),
        ...(reserved.includes(model.port) && model.host.startsWith("127.")
            ? [
                  {
                      property: `${property}.port`,
                      reason: `must not be a port of the front (${reserved.join(", ")})`,
                  },
              ]
            : []),
        ...matches(
            `${property}.healthPath`,
            PATH,
            model.healthPath,
            "must start with / and must not contain spaces, quotes, backslashes, # $ or %",
        ),
        ...checkLimits(model, property),
    ];
}

function checkLimits(limits: RequestLimits, property: string): FrontProblem[] {
    const { maxQueuedRequests } = limits;
    return [
        ...wholeNumber(`${property}.maxConcurrentRequests`, limits.maxConcurrentRequests, 1, 10_000),
        ...wholeNumber(`${property}.maxQueueWaitMs`, limits.maxQueueWaitMs, 1, LONGEST_TIME_MS),
        ...(maxQueuedRequests === undefined
            ? []
            : wholeNumber(`${property}.maxQueuedRequests`, maxQueuedRequests, 1, 10_000)),
        ...wholeNumber(`${property}.scoringTimeoutMs`, limits.scoringTimeoutMs, 1, LONGEST_TIME_MS),
        ...wholeNumber(`${property}.maxBodyBytes`, limits.maxBodyBytes, 1, 2 ** 40),
    ];
}

/** In lower case, because HAProxy compares the Host header in lower case. */
function hostName(property: string, value: string): FrontProblem[] {
    if (isIPv4(value)) return [{ property, reason: "must be a host name, not an address" }];
    return isHostName(value) ? [] : [{ property, reason: "must be a host name in lower case" }];
}

function isHostName(value: unknown): boolean {
    return typeof value === "string" && isCanonicalHostname(value);
}

function matches(property: string, pattern: RegExp, value: string, reason: string): FrontProblem[] {
    // In JavaScript, $ without the flag m matches only at the very end, so a trailing line feed does not match.
    return typeof value === "string" && pattern.test(value) ? [] : [{ property, reason }];
}

function wholeNumber(property: string, value: number, least: number, most: number): FrontProblem[] {
    return Number.isInteger(value) && value >= least && value <= most
        ? []
        : [{ property, reason: `must be a whole number from ${least} to ${most}` }];
}
