import * as pulumi from "@pulumi/pulumi";
import { ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
import { checkCustomCertificate } from "../certificate/custom-arguments";
import { type DnsSettings, readDns } from "../dns/arguments";
import { readEnvironment } from "../shared/environment";
import { type KeysSettings, readKeys } from "../keys/arguments";
import { type LimitsSettings, readLimits } from "../model/request-limits";
import { type ModelContainerSettings, readModelContainer, type Share } from "../model/container";
import { readLocation, readResourceGroupName } from "../shared/placement";
import { MAX_INT32, positiveAmount, wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import { readTags, type StringMap } from "../shared/string-map";
import { readTls, TlsMode, type TlsSettings } from "../certificate/tls-arguments";
import { containerGroupFqdn, dnsNameLabel, leafLabelProblem } from "../dns/leaf-label";
import { HEALTH_PORT, HTTP_PORT, HTTPS_PORT } from "../front";
import { FRONT_IMAGE } from "../front/image";
import type { SecureAciInferenceArgs } from "./arguments";
import { type GpuArgs, GpuSku } from "./model-arguments";
import { modelPort } from "./model-port";
import { frontShare, GROUP_MAXIMUM, groupProblem, requestWithoutFront } from "./compute-resources";
import { revisionBaseProblem } from "./revision-name";

/** Azure needs minutes to pull an image of many GB. */
const DEFAULT_REVISION_TIMEOUT_SECONDS = 600;

/** The checked arguments, with defaults. */
export interface AciSettings {
    resourceGroupName: pulumi.Input<string>;
    location: pulumi.Input<string>;
    containerGroupName?: pulumi.Input<string>;
    model: ModelContainerSettings & { name: string; gpu?: GpuArgs };
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
    front: Share & { image: pulumi.Input<string> };
    registry?: SecureAciInferenceArgs["registry"];
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
        revisions ? revisionBaseProblem : text.containerName,
    );
    check.known("revisionTimeoutSeconds", args.revisionTimeoutSeconds, wholeNumber(0, MAX_INT32, "seconds"));
    const tls = readTls(check, args.tls, readEnvironment(check, args.environment), args.dns?.zoneName);
    const model = readModel(check, name, args, tls.mode);
    const front = readFront(check, args, requestWithoutFront(model, tls.mode));
    const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component: name };
    const settings: AciSettings = {
        resourceGroupName,
        location,
        containerGroupName,
        model,
        front,
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
        registry: readRegistry(check, args),
        identity: readIdentity(check, args),
        logAnalytics: readLogAnalytics(check, args),
        imageRenewalTrigger: check.optionalInput(
            "imageRenewalTrigger",
            args.imageRenewalTrigger,
            text.renewalTrigger,
        ),
        tags: readTags(check, args.tags),
    };
    checkCustomCertificate(check, tls, [], now);
    check.throwIfAny();
    settings.fqdn = isOutputOrPromise(location)
        ? pulumi.output(location).apply(known => containerGroupFqdn(settings.dnsNameLabel, known))
        : containerGroupFqdn(settings.dnsNameLabel, location as string);
    return settings;
}

function readModel(
    check: ArgumentCheck,
    component: string,
    args: SecureAciInferenceArgs,
    mode: TlsMode,
): AciSettings["model"] {
    const model: Partial<SecureAciInferenceArgs["model"]> = args.model ?? {};
    const { name = component, gpu } = model;
    check.known("model.name", name, text.containerName);
    if (name === "front" || (name === "issuer" && mode === TlsMode.Auto))
        check.report(
            "model.name",
            `is "${name}", the name of another container of the group; choose another name`,
        );
    if (gpu) {
        const counts = [1, 2, 4];
        if (!counts.includes(gpu.count)) {
            check.report("model.gpu.count", `is ${gpu.count}; set it to ${counts.join(", ")}`);
        }
        check.oneOf("model.gpu.sku", gpu.sku, GpuSku);
    }
    const port = modelPort([HTTP_PORT, HTTPS_PORT, HEALTH_PORT]);
    return { name, gpu, ...readModelContainer(check, "model", model, { max: GROUP_MAXIMUM, port }) };
}

/** @param others the total request of the group's other containers */
function readFront(check: ArgumentCheck, args: SecureAciInferenceArgs, others: Share): AciSettings["front"] {
    const { image, cpu, memoryInGB } = args.front ?? {};
    check.known("front.cpu", cpu, positiveAmount(GROUP_MAXIMUM.cpu, "cores"));
    check.known("front.memoryInGB", memoryInGB, positiveAmount(GROUP_MAXIMUM.memoryInGB, "GB"));
    const share = frontShare(others, { cpu, memoryInGB });
    // A request that is out of range is already reported; its sum would only repeat that.
    const inRange = (part: keyof Share): boolean =>
        [others[part], share[part]].every(one => one > 0 && one <= GROUP_MAXIMUM[part]);
    for (const part of ["cpu", "memoryInGB"] as const) {
        if (inRange(part)) check.report(`front.${part}`, groupProblem(part, others, share));
    }
    return { ...share, image: check.input("front.image", image ?? FRONT_IMAGE, text.image) };
}

function readRegistry(check: ArgumentCheck, { registry }: SecureAciInferenceArgs): AciSettings["registry"] {
    if (!registry) return undefined;
    const { username, password, managedIdentityId } = registry;
    const login = username !== undefined || password !== undefined;
    if (login && managedIdentityId !== undefined) {
        check.report(
            "registry.managedIdentityId",
            "conflicts with registry.username and registry.password; remove it, or remove the user name and password",
        );
    } else if (!login && managedIdentityId === undefined) {
        check.report("registry", "has no credentials; set username and password, or managedIdentityId");
    } else if (login && (username === undefined || password === undefined)) {
        const missing = username === undefined ? "username" : "password";
        check.report(`registry.${missing}`, "is missing; username and password must both be set");
    }
    return {
        server: check.required(
            "registry.server",
            registry.server,
            "set it to the host name of the registry",
            text.registryServer,
        ),
        username: check.optionalInput("registry.username", username, text.secretText),
        password: check.optionalInput("registry.password", password, text.secretText),
        managedIdentityId: check.optionalInput(
            "registry.managedIdentityId",
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
    const registryIdentity = args.registry?.managedIdentityId;
    if (registryIdentity !== undefined && !userAssignedIds.includes(registryIdentity)) {
        userAssignedIds.push(registryIdentity);
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
