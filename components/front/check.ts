import { isIPv4 } from "node:net";
import { isCanonicalHostname } from "../shared/host-name";
import type { Rule } from "../shared/rules";
import {
    concurrentRequests,
    hstsMaxAgeSeconds,
    MAX_REPLICAS,
    replicasWithSurge,
    requestBodyBytes,
    requestMilliseconds,
    tcpPort,
    wholeNumber,
} from "../shared/rules/numbers";
import { containerName, healthPath } from "../shared/rules/text";
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

const STORED_CERTIFICATE = /^[A-Za-z0-9][-.A-Za-z0-9]{0,199}$/;

/**
 * All problems of these settings. Values that pass contain no characters with a meaning for HAProxy, so they can be written to the
 * configuration without quotes and cannot add a directive. Values that users set have the rules of the components' arguments
 * (`shared/rules`), so a value that the arguments accept is accepted here.
 */
export function checkFront({ tls, maxConnectionAgeSeconds, model }: FrontSettings): FrontProblem[] {
    return [
        ...checkTls(tls),
        ...optional("maxConnectionAgeSeconds", maxConnectionAgeSeconds, wholeNumber(1, 86_400, "seconds")),
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

const storedCertificate: Rule<string> = value =>
    matches(STORED_CERTIFICATE, value)
        ? undefined
        : "must be letters, digits, dots and hyphens, with a letter or digit first";

const minimumVersion: Rule<string> = value =>
    value === "1.2" || value === "1.3" ? undefined : "must be 1.2 or 1.3";

function checkTls(tls: FrontTls | undefined): FrontProblem[] {
    if (!tls) return [];
    return [
        ...required("tls.minimumVersion", tls.minimumVersion, minimumVersion),
        ...required("tls.hstsMaxAgeSeconds", tls.hstsMaxAgeSeconds, hstsMaxAgeSeconds),
        ...optional("tls.storedCertificate", tls.storedCertificate, storedCertificate),
    ];
}

function checkReplicas({ host, most, dnsDelaySeconds }: FrontReplicas): FrontProblem[] {
    return [
        ...required("fronts.host", host, hostName),
        ...required("fronts.most", most, wholeNumber(1, 100, "fronts")),
        ...optional("fronts.dnsDelaySeconds", dnsDelaySeconds, wholeNumber(1, 3_600, "seconds")),
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

const listedReplicas = wholeNumber(1, replicasWithSurge(MAX_REPLICAS), "replicas");

function checkInPod({ hostname, replicas }: PodFrontModel, property: string): FrontProblem[] {
    return [
        ...optional(`${property}.replicas`, replicas, listedReplicas),
        ...optional(`${property}.hostname`, hostname, hostName),
    ];
}

const host: Rule<string> = value =>
    isIPv4(value) || isHostName(value) ? undefined : "must be an IPv4 address or a host name";

/** @param reserved ports that the front itself listens on */
function checkModel(model: FrontModel, property: string, reserved: readonly number[]): FrontProblem[] {
    const sharesPorts = typeof model.host === "string" && model.host.startsWith("127.");
    const port: Rule<number> = value =>
        sharesPorts && reserved.includes(value)
            ? `must not be a port of the front (${reserved.join(", ")})`
            : tcpPort(value);
    return [
        ...required(`${property}.name`, model.name, containerName),
        ...required(`${property}.host`, model.host, host),
        ...required(`${property}.port`, model.port, port),
        ...required(`${property}.healthPath`, model.healthPath, healthPath),
        ...checkLimits(model, property),
    ];
}

function checkLimits(limits: RequestLimits, property: string): FrontProblem[] {
    const { maxConcurrentRequests, maxQueueWaitMs, maxQueuedRequests, scoringTimeoutMs, maxBodyBytes } =
        limits;
    return [
        ...required(`${property}.maxConcurrentRequests`, maxConcurrentRequests, concurrentRequests),
        ...required(`${property}.maxQueueWaitMs`, maxQueueWaitMs, requestMilliseconds),
        ...optional(`${property}.maxQueuedRequests`, maxQueuedRequests, concurrentRequests),
        ...required(`${property}.scoringTimeoutMs`, scoringTimeoutMs, requestMilliseconds),
        ...optional(`${property}.requestTimeoutMs`, limits.requestTimeoutMs, requestMilliseconds),
        ...required(`${property}.maxBodyBytes`, maxBodyBytes, requestBodyBytes),
    ];
}

/** In lower case, because HAProxy compares the Host header in lower case. */
const hostName: Rule<string> = value => {
    if (isIPv4(value)) return "must be a host name, not an address";
    return isHostName(value) ? undefined : "must be a host name in lower case";
};

function isHostName(value: unknown): boolean {
    return typeof value === "string" && isCanonicalHostname(value);
}

function matches(pattern: RegExp, value: unknown): boolean {
    // In JavaScript, $ without the flag m matches only at the very end, so a trailing line feed does not match.
    return typeof value === "string" && pattern.test(value);
}

function required<T>(property: string, value: T, rule: Rule<T>): FrontProblem[] {
    const reason = rule(value);
    return reason === undefined ? [] : [{ property, reason }];
}

function optional<T>(property: string, value: T | undefined, rule: Rule<T>): FrontProblem[] {
    return value === undefined ? [] : required(property, value, rule);
}
