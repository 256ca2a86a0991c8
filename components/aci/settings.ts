import * as pulumi from "@pulumi/pulumi";
import { ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
import { checkCustomCertificate } from "../certificate/custom-arguments";
import { type DnsSettings, readDns } from "../dns/arguments";
import { readEnvironment } from "../shared/environment";
import { type KeysSettings, readKeys } from "../keys/arguments";
import { type LimitsSettings, readLimits } from "../model/request-limits";
import { type ModelContainerSettings, readModelContainer, type Share } from "../model/container";
import { readLocation, readResourceGroupName } from "../shared/placement";
import { givenRegistries, readRegistries } from "../shared/registries";
import { MAX_INT32, wholeNumber } from "../shared/rules/numbers";
import { MAX_STORAGE_TAG_NAME_LENGTH } from "../shared/rules/azure-names";
import * as text from "../shared/rules/text";
import { readTags, type StringMap } from "../shared/string-map";
import { readTls, TlsMode, type TlsSettings } from "../certificate/tls-arguments";
import { containerGroupFqdn, dnsNameLabel, leafLabelProblem } from "../dns/leaf-label";
import { AccessLog, HEALTH_PORT, HTTP_PORT, HTTPS_PORT } from "../front";
import { FRONT_IMAGE } from "../front/image";
import type { RegistryArgs, SecureAciInferenceArgs } from "./arguments";
import { warnAboutDockerHub } from "./docker-hub";
import { modelPort } from "./model-port";
import {
    AMOUNT,
    frontShare,
    limitWithin,
    PARTS,
    requestWithoutFront,
    sum,
    totalProblem,
} from "./compute-resources";
import { generatedNameProblem, groupNameProblem, revisionBaseProblem } from "./revision-name";

/** Azure needs minutes to pull an image of many GB. */
const DEFAULT_REVISION_TIMEOUT_SECONDS = 600;

/** The checked arguments, with defaults. */
export interface AciSettings {
    resourceGroupName: pulumi.Input<string>;
    location: pulumi.Input<string>;
    containerGroupName?: pulumi.Input<string>;
    model: ModelContainerSettings & { name: string; resourceLimits: Share };
    requestLimits: LimitsSettings;
    /** The prefix of the DNS label, without the six generated characters. */
    leafDomainLabel: string;
    /** The prefix and the six generated characters. */
    dnsNameLabel: string;
    /** The host name that Azure assigns to the group. Not used with revisions, which have one each. */
    fqdn: pulumi.Input<string>;
    /**
     * Whether every change creates a new group that replaces the previous one without an interruption. This needs a DNS record
     * that the component manages.
     */
    revisions: boolean;
    revisionTimeoutSeconds: number;
    tls: TlsSettings;
    dns: DnsSettings;
    keys: KeysSettings;
    /** The front may use all of the group's resources that the model leaves free. */
    front: Share & { image: pulumi.Input<string>; resourceLimits: Share; accessLog?: AccessLog };
    registries: RegistryArgs[];
    identity: { systemAssigned: boolean; userAssignedIds: pulumi.Input<string>[] };
    logAnalytics?: SecureAciInferenceArgs["logAnalytics"];
    imageRenewalTrigger?: pulumi.Input<string>;
    tags: StringMap;
}

/**
 * Checks all arguments and fills in the defaults. Throws once, with every problem. A value that is an output is checked when it
 * becomes known.
 */
export function readArguments(name: string, args: SecureAciInferenceArgs, now: Date): AciSettings {
    const check = new ArgumentCheck(name);
    const resourceGroupName = readResourceGroupName(check, args.resourceGroupName);
    const location = readLocation(check, args.location);
    const label = args.leafDomainLabel ?? name;
    check.report("leafDomainLabel", leafLabelProblem(label));
    const revisions = args.tls?.hostname !== undefined && args.dns?.zoneName !== undefined;
    const containerGroupName = check.optionalInput(
        "containerGroupName",
        args.containerGroupName,
        revisions ? revisionBaseProblem : groupNameProblem,
    );
    if (containerGroupName === undefined)
        check.known("name", name, revisions ? revisionBaseProblem : generatedNameProblem);
    check.known("revisionTimeoutSeconds", args.revisionTimeoutSeconds, wholeNumber(0, MAX_INT32, "seconds"));
    const tls = readTls(check, args.tls, readEnvironment(check, args.environment), args.dns?.zoneName);
    const containers = readContainers(check, name, args, tls.mode);
    const registries = readRegistries(check, args, (path, given) => readRegistry(check, path, given));
    warnAboutDockerHub(check, { args, front: containers.front, acme: tls.acme });
    const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component: name };
    const settings: AciSettings = {
        resourceGroupName,
        location,
        containerGroupName,
        ...containers,
        requestLimits: readLimits(check, "limits", args.limits),
        leafDomainLabel: label,
        dnsNameLabel: dnsNameLabel(label, owner),
        fqdn: "",
        revisions,
        revisionTimeoutSeconds: args.revisionTimeoutSeconds ?? DEFAULT_REVISION_TIMEOUT_SECONDS,
        tls,
        dns: readDns(check, args.dns, {
            hostname: args.tls?.hostname,
            defaultResourceGroup: resourceGroupName,
            apexAllowed: false,
        }),
        keys: readKeys(check, "keys", args.keys, false),
        registries,
        identity: readIdentity(check, args),
        logAnalytics: readLogAnalytics(check, args),
        imageRenewalTrigger: check.optionalInput(
            "imageRenewalTrigger",
            args.imageRenewalTrigger,
            text.renewalTrigger,
        ),
        tags: readTags(check, args.tags, tls.acme && MAX_STORAGE_TAG_NAME_LENGTH),
    };
    checkCustomCertificate(check, tls, [], now);
    check.throwIfAny();
    settings.fqdn = isOutputOrPromise(location)
        ? pulumi.output(location).apply(known => containerGroupFqdn(settings.dnsNameLabel, known))
        : containerGroupFqdn(settings.dnsNameLabel, location as string);
    return settings;
}

/** The model and the front, with Azure's limits of a container and of the whole group. */
function readContainers(
    check: ArgumentCheck,
    component: string,
    args: SecureAciInferenceArgs,
    mode: TlsMode,
): Pick<AciSettings, "model" | "front"> {
    const model = readModel(check, component, args, mode);
    const others = requestWithoutFront(model, mode);
    const front = readFront(check, args, others);
    const total = sum(others, front);
    for (const part of PARTS) {
        // A request that is out of range is already reported; its sum would only repeat that.
        if (AMOUNT[part](model[part]) ?? AMOUNT[part](front[part])) continue;
        const problem = totalProblem(part, total[part]);
        check.report(`front.${part}`, problem);
        if (problem === undefined)
            check.known(`model.${part}Limit`, model.resourceLimits[part], limitWithin(part, total[part]));
    }
    // Without a limit, Azure lets a container use no more than its request.
    return {
        model: { ...model, resourceLimits: { ...total, ...defined(model.resourceLimits) } },
        front: { ...front, resourceLimits: total },
    };
}

/** The limits that are set. */
function defined({ cpu, memoryInGB }: Partial<Share>): Partial<Share> {
    return { ...(cpu !== undefined && { cpu }), ...(memoryInGB !== undefined && { memoryInGB }) };
}

function readModel(
    check: ArgumentCheck,
    component: string,
    args: SecureAciInferenceArgs,
    mode: TlsMode,
): ModelContainerSettings & { name: string } {
    const model: Partial<SecureAciInferenceArgs["model"]> = args.model ?? {};
    const { name = component, gpu, readiness } = model;
    check.known("model.name", name, text.containerName);
    if (name === "front" || (name === "issuer" && mode === TlsMode.Auto))
        check.report(
            "model.name",
            `is "${name}", the name of another container of the group; choose another name`,
        );
    if (readiness !== undefined) {
        check.warn(
            "model.readiness",
            "has no effect, because a failing readiness probe would take the whole container group off the network; remove it. The front checks the model every second. Version 0.3 removes the argument",
        );
    }
    if (gpu !== undefined) {
        check.report(
            "model.gpu",
            "is set, but Azure retired GPUs in Container Instances on 14 July 2025; remove it, and use SecureAksInference (hosting Kubernetes) for a model that needs a GPU",
        );
    }
    const port = modelPort([HTTP_PORT, HTTPS_PORT, HEALTH_PORT]);
    return { name, ...readModelContainer(check, "model", model, { ...AMOUNT, port }) };
}

/** @param others the total request of the group's other containers */
function readFront(
    check: ArgumentCheck,
    args: SecureAciInferenceArgs,
    others: Share,
): Omit<AciSettings["front"], "resourceLimits"> {
    const { image, cpu, memoryInGB, accessLog } = args.front ?? {};
    check.known("front.cpu", cpu, AMOUNT.cpu);
    check.known("front.memoryInGB", memoryInGB, AMOUNT.memoryInGB);
    check.oneOf("front.accessLog", accessLog, AccessLog);
    return {
        ...frontShare(others, { cpu, memoryInGB }),
        image: check.input("front.image", image ?? FRONT_IMAGE, text.image),
        accessLog,
    };
}

function readRegistry(check: ArgumentCheck, path: string, registry: RegistryArgs): RegistryArgs {
    const { username, password, managedIdentityId } = registry;
    const login = username !== undefined || password !== undefined;
    if (login && managedIdentityId !== undefined) {
        check.report(
            `${path}.managedIdentityId`,
            `conflicts with ${path}.username and ${path}.password; remove it, or remove the user name and password`,
        );
    } else if (!login && managedIdentityId === undefined) {
        check.report(path, "has no credentials; set username and password, or managedIdentityId");
    } else if (login && (username === undefined || password === undefined)) {
        const missing = username === undefined ? "username" : "password";
        check.report(`${path}.${missing}`, "is missing; username and password must both be set");
    }
    return {
        server: check.required(
            `${path}.server`,
            registry.server,
            "set it to the host name of the registry",
            text.registryServer,
        ),
        username: check.optionalInput(`${path}.username`, username, text.secretText),
        password: check.optionalInput(`${path}.password`, password, text.secretText),
        managedIdentityId: check.optionalInput(
            `${path}.managedIdentityId`,
            managedIdentityId,
            text.identityId,
        ),
    };
}

function readIdentity(check: ArgumentCheck, args: SecureAciInferenceArgs): AciSettings["identity"] {
    const given = args.identity?.userAssignedIds ?? [];
    const userAssignedIds = given.map((id, index) =>
        check.input(`identity.userAssignedIds[${index}]`, id, text.identityId),
    );
    for (const { managedIdentityId } of givenRegistries(args)) {
        if (managedIdentityId !== undefined && !userAssignedIds.includes(managedIdentityId)) {
            userAssignedIds.push(managedIdentityId);
        }
    }
    return { systemAssigned: args.identity?.systemAssigned ?? false, userAssignedIds };
}

function readLogAnalytics(
    check: ArgumentCheck,
    { logAnalytics }: SecureAciInferenceArgs,
): AciSettings["logAnalytics"] {
    if (!logAnalytics) return undefined;
    const { workspaceId, workspaceKey } = logAnalytics;
    return {
        workspaceId: check.required(
            "logAnalytics.workspaceId",
            workspaceId,
            "set it to the customer id of the workspace",
            text.workspaceId,
        ),
        workspaceKey: check.required(
            "logAnalytics.workspaceKey",
            workspaceKey,
            "set it to a key of the workspace",
            text.secretText,
        ),
    };
}
