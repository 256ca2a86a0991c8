import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { type KeysSettings, readKeys } from "../keys/arguments";
import { type LimitsSettings, readLimits } from "../model/request-limits";
import { type ModelContainerSettings, readModelContainer } from "../model/container";
import { type ProbeSettings, readReadiness } from "../model/probes";
import { MAX_INT32, MAX_REPLICAS, positiveAmount, tcpPort, wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import { TlsMode } from "../certificate/tls-arguments";
import { canonicalHostname, hostnameProblem } from "../shared/host-name";
import type { StringMap } from "../shared/string-map";
import type { SecureAksInferenceArgs } from "./arguments";
import type { AksModelArgs, AutoscaleArgs, TolerationArgs } from "./model-arguments";

/** The checked arguments of a model, with defaults. */
export interface ModelSettings extends ModelContainerSettings {
    name: string;
    /** Both numbers are equal when the number of replicas is fixed. */
    replicas: { least: number; most: number };
    /** The target of the autoscaler: used CPU in percent of the request. Absent when the number of replicas is fixed. */
    targetUtilization?: number;
    readiness: ProbeSettings;
    gpu: number;
    /** Whether the nodes have free GPUs for additional replicas during an update. */
    spareGpu: boolean;
    progressDeadlineSeconds: number;
    requestLimits: LimitsSettings;
    keys: KeysSettings;
    plainHttp: boolean;
    hostname?: pulumi.Input<string>;
    runAsUser?: number;
    nodeSelector?: StringMap;
    tolerations?: TolerationArgs[];
    serviceAccountName?: string;
    podLabels?: StringMap;
}

/** The largest virtual machine sizes of Azure. */
const AMOUNT = { cpu: positiveAmount(1_000, "cores"), memoryInGB: positiveAmount(32_000, "GB") };
const MAX_OBJECT_NAME_LENGTH = 63;
/** Names of other objects of the component. */
const RESERVED = ["front", "fronts", "issuer"];

/** Checks every model, and that no two models have the same host name. */
export function readModels(
    check: ArgumentCheck,
    component: string,
    args: SecureAksInferenceArgs,
): ModelSettings[] {
    const models = Object.entries(args.models ?? {});
    if (models.length === 0) check.report("models", "is empty; add at least one model");
    const read = models.map(([name, model]) => readModel(check, component, name, model, args));
    checkHostnames(check, args);
    return read;
}

function readModel(
    check: ArgumentCheck,
    component: string,
    name: string,
    model: AksModelArgs,
    args: SecureAksInferenceArgs,
): ModelSettings {
    const at = `models.${name}`;
    check.known(at, name, text.modelName);
    if (RESERVED.includes(name)) check.report(at, `is "${name}", a reserved name; choose another`);
    if (`${component}-${name}`.length > MAX_OBJECT_NAME_LENGTH) {
        check.report(
            at,
            `"${component}-${name}" is longer than ${MAX_OBJECT_NAME_LENGTH} characters; shorten the name of the model or of the component`,
        );
    }
    check.known(`${at}.gpu`, model.gpu, wholeNumber(0, 64, "GPUs"));
    if (model.spareGpu === true && (model.gpu ?? 0) === 0) {
        check.report(`${at}.spareGpu`, `has no effect without ${at}.gpu; remove it`);
    }
    check.known(`${at}.runAsUser`, model.runAsUser, wholeNumber(1, MAX_INT32, "a user other than root"));
    check.known(`${at}.serviceAccountName`, model.serviceAccountName, text.kubernetesName);
    const { progressDeadlineSeconds = 600 } = model;
    check.known(`${at}.progressDeadlineSeconds`, progressDeadlineSeconds, wholeNumber(1, 86_400, "seconds"));
    readTolerations(check, at, model.tolerations);
    return {
        name,
        ...readModelContainer(check, at, model, { ...AMOUNT, port: tcpPort }),
        ...readReplicas(check, at, model),
        readiness: readReadiness(check, `${at}.readiness`, model.readiness),
        gpu: model.gpu ?? 0,
        spareGpu: model.spareGpu ?? false,
        progressDeadlineSeconds,
        requestLimits: readLimits(check, `${at}.limits`, model.limits),
        keys: readKeys(check, `${at}.keys`, model.keys, true),
        plainHttp: readPlainHttp(check, component, at, { model, tlsMode: args.tls?.mode }),
        hostname: check.optionalInput(`${at}.hostname`, model.hostname, hostnameProblem),
        runAsUser: model.runAsUser,
        nodeSelector: model.nodeSelector,
        tolerations: model.tolerations,
        serviceAccountName: model.serviceAccountName,
        podLabels: model.podLabels,
    };
}

/** Reads `allowPlainHttp`, or its former name `tlsDisabled`, which works until version 0.3. */
function readPlainHttp(
    check: ArgumentCheck,
    component: string,
    at: string,
    { model, tlsMode }: { model: AksModelArgs; tlsMode?: TlsMode },
): boolean {
    const { allowPlainHttp, tlsDisabled } = model;
    if (tlsDisabled !== undefined && allowPlainHttp !== undefined) {
        check.report(
            `${at}.tlsDisabled`,
            `is the former name of ${at}.allowPlainHttp, which is also set; remove it`,
        );
        return allowPlainHttp;
    }
    if (tlsDisabled !== undefined) {
        void pulumi.log.warn(
            `${component}: ${at}.tlsDisabled is now called allowPlainHttp; the old name works until 0.3.`,
        );
    }
    const plainHttp = allowPlainHttp ?? tlsDisabled ?? false;
    if (plainHttp && tlsMode === TlsMode.Disabled) {
        const name = tlsDisabled === undefined ? "allowPlainHttp" : "tlsDisabled";
        check.report(`${at}.${name}`, "has no effect with tls.mode Disabled; remove it");
    }
    return plainHttp;
}

function readReplicas(
    check: ArgumentCheck,
    at: string,
    { replicas, autoscale }: AksModelArgs,
): Pick<ModelSettings, "replicas" | "targetUtilization"> {
    if (replicas !== undefined) {
        check.known(`${at}.replicas`, replicas, wholeNumber(1, MAX_REPLICAS, "replicas"));
        if (autoscale !== undefined) {
            check.report(`${at}.autoscale`, `conflicts with ${at}.replicas; remove one`);
        }
        return { replicas: { least: replicas, most: replicas } };
    }
    const {
        minReplicas: least = 1,
        maxReplicas = 10,
        targetUtilization = 70,
    }: AutoscaleArgs = autoscale ?? {};
    check.known(`${at}.autoscale.minReplicas`, least, wholeNumber(1, MAX_REPLICAS, "replicas"));
    check.known(`${at}.autoscale.maxReplicas`, maxReplicas, wholeNumber(1, MAX_REPLICAS, "replicas"));
    check.known(`${at}.autoscale.targetUtilization`, targetUtilization, wholeNumber(1, 100, "percent"));
    if (least > maxReplicas) {
        check.report(
            `${at}.autoscale.minReplicas`,
            `is ${least}, more than ${at}.autoscale.maxReplicas (${maxReplicas}); lower it, or raise maxReplicas`,
        );
    }
    return { replicas: { least, most: maxReplicas }, targetUtilization };
}

const OPERATORS = { Equal: "Equal", Exists: "Exists" };
const EFFECTS = { NoSchedule: "NoSchedule", PreferNoSchedule: "PreferNoSchedule", NoExecute: "NoExecute" };

function readTolerations(check: ArgumentCheck, at: string, tolerations: TolerationArgs[] = []): void {
    for (const [index, { operator, effect }] of tolerations.entries()) {
        check.oneOf(`${at}.tolerations[${index}].operator`, operator, OPERATORS);
        check.oneOf(`${at}.tolerations[${index}].effect`, effect, EFFECTS);
    }
}

function checkHostnames(check: ArgumentCheck, { models = {}, tls }: SecureAksInferenceArgs): void {
    const known = (hostname: pulumi.Input<string> | undefined): string | undefined =>
        typeof hostname === "string" ? hostname : undefined;
    const own = Object.entries(models).map(([name, { hostname }]) => [name, known(hostname)] as const);
    for (const { propertyPath, reason } of hostnameConflicts(own, known(tls?.hostname)))
        check.report(propertyPath, reason);
}

/**
 * A host name belongs to one model, or is `tls.hostname`, which serves all models by path.
 * @param models names and host names of the models
 */
export function hostnameConflicts(
    models: readonly (readonly [name: string, hostname: string | undefined])[],
    shared: string | undefined,
): pulumi.InputPropertyErrorDetails[] {
    const problems: pulumi.InputPropertyErrorDetails[] = [];
    const used = new Map<string, string>();
    if (shared !== undefined) used.set(canonicalHostname(shared), "tls.hostname");
    for (const [name, hostname] of models) {
        if (hostname === undefined) continue;
        const propertyPath = `models.${name}.hostname`;
        const canonical = canonicalHostname(hostname);
        const other = used.get(canonical);
        if (other !== undefined) {
            const reason = `is ${canonical}, the same as ${other}; use different host names`;
            problems.push({ propertyPath, reason });
        }
        used.set(canonical, propertyPath);
    }
    return problems;
}
