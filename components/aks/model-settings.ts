import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { type KeysSettings, readKeys } from "../keys/arguments";
import { type LimitsSettings, readLimits } from "../model/request-limits";
import { type ModelContainerSettings, readModelContainer, type Share } from "../model/container";
import { MAX_INT32, tcpPort, wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import { TlsMode } from "../certificate/tls-arguments";
import { canonicalHostname, hostnameProblem } from "../shared/host-name";
import type { SecureAksInferenceArgs } from "./arguments";
import type { AksModelArgs, AutoscaleArgs, TolerationArgs } from "./model-arguments";

/** A model, checked, with defaults in place. */
export interface ModelSettings extends ModelContainerSettings {
    name: string;
    /** Both the same: a fixed number. */
    replicas: { least: number; most: number };
    /** CPU in percent that autoscaling aims at. Absent: a fixed number of replicas. */
    targetUtilization?: number;
    gpu: number;
    progressDeadlineSeconds: number;
    requestLimits: LimitsSettings;
    keys: KeysSettings;
    plainHttp: boolean;
    hostname?: pulumi.Input<string>;
    runAsUser?: number;
    nodeSelector?: Record<string, string>;
    tolerations?: TolerationArgs[];
    serviceAccountName?: string;
    podLabels?: Record<string, string>;
}

/** The largest virtual machines of Azure. */
const NODE_MAXIMUM: Share = { cpu: 1_000, memoryInGB: 32_000 };
const MOST_REPLICAS = 1_000;
const LONGEST_NAME = 63;
/** Names of objects that are no model's. */
const RESERVED = ["front", "fronts", "issuer"];

/** Checks all models, and what they are among each other. */
export function readModels(
    check: ArgumentCheck,
    component: string,
    args: SecureAksInferenceArgs,
): ModelSettings[] {
    const models = Object.entries(args.models ?? {});
    if (models.length === 0) check.report("models", "is empty; name at least one model");
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
    if (RESERVED.includes(name)) check.report(at, `"${name}" is a name of the service's own; give another`);
    if (`${component}-${name}`.length > LONGEST_NAME) {
        check.report(
            at,
            `"${component}-${name}" would be longer than ${LONGEST_NAME} characters; shorten one`,
        );
    }
    check.known(`${at}.gpu`, model.gpu, wholeNumber(0, 64, "GPUs"));
    check.known(`${at}.runAsUser`, model.runAsUser, wholeNumber(1, MAX_INT32, "a user other than root"));
    check.known(`${at}.serviceAccountName`, model.serviceAccountName, text.kubernetesName);
    if (model.tlsDisabled && args.tls?.mode === TlsMode.Disabled) {
        check.report(`${at}.tlsDisabled`, "says nothing where tls.mode is Disabled; leave it out");
    }
    const { progressDeadlineSeconds = 600 } = model;
    check.known(`${at}.progressDeadlineSeconds`, progressDeadlineSeconds, wholeNumber(1, 86_400, "seconds"));
    readTolerations(check, at, model.tolerations);
    return {
        name,
        ...readModelContainer(check, at, model, { max: NODE_MAXIMUM, port: tcpPort }),
        ...readReplicas(check, at, model),
        gpu: model.gpu ?? 0,
        progressDeadlineSeconds,
        requestLimits: readLimits(check, `${at}.limits`, model.limits),
        keys: readKeys(check, `${at}.keys`, model.keys, true),
        plainHttp: model.tlsDisabled ?? false,
        hostname: check.optionalInput(`${at}.hostname`, model.hostname, hostnameProblem),
        runAsUser: model.runAsUser,
        nodeSelector: model.nodeSelector,
        tolerations: model.tolerations,
        serviceAccountName: model.serviceAccountName,
        podLabels: model.podLabels,
    };
}

function readReplicas(
    check: ArgumentCheck,
    at: string,
    { replicas, autoscale }: AksModelArgs,
): Pick<ModelSettings, "replicas" | "targetUtilization"> {
    if (replicas !== undefined) {
        check.known(`${at}.replicas`, replicas, wholeNumber(1, MOST_REPLICAS, "replicas"));
        if (autoscale !== undefined) {
            check.report(`${at}.autoscale`, `stands beside ${at}.replicas; leave one of the two out`);
        }
        return { replicas: { least: replicas, most: replicas } };
    }
    const {
        minReplicas: least = 1,
        maxReplicas = 10,
        targetUtilization = 70,
    }: AutoscaleArgs = autoscale ?? {};
    check.known(`${at}.autoscale.minReplicas`, least, wholeNumber(1, MOST_REPLICAS, "replicas"));
    check.known(`${at}.autoscale.maxReplicas`, maxReplicas, wholeNumber(1, MOST_REPLICAS, "replicas"));
    check.known(`${at}.autoscale.targetUtilization`, targetUtilization, wholeNumber(1, 100, "percent"));
    if (least > maxReplicas) {
        check.report(
            `${at}.autoscale.minReplicas`,
            `is ${least}, more than ${at}.autoscale.maxReplicas (${maxReplicas}); change one`,
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

/** A name leads to one model, or to all of them by path. */
function checkHostnames(check: ArgumentCheck, { models = {}, tls }: SecureAksInferenceArgs): void {
    const taken = new Map<string, string>();
    if (typeof tls?.hostname === "string") taken.set(canonicalHostname(tls.hostname), "tls.hostname");
    for (const [name, { hostname }] of Object.entries(models)) {
        if (typeof hostname !== "string") continue;
        const canonical = canonicalHostname(hostname);
        const other = taken.get(canonical);
        if (other !== undefined)
            check.report(`models.${name}.hostname`, `is ${canonical}, as ${other} is; give each its own`);
        taken.set(canonical, `models.${name}.hostname`);
    }
}
