import * as pulumi from "@pulumi/pulumi";
import { containerGroupFqdn, dnsNameLabel, leafLabelProblem } from "../dns/leaf-label";
import { hostnameProblem, zoneProblem } from "../dns/hostname";
import { HEALTH_PORT, HTTP_PORT, HTTPS_PORT } from "../front";
import { ArgumentCheck, isLater } from "./argument-check";
import { Environment, MinimumTlsVersion, type SecureAciInferenceArgs, TlsMode } from "./arguments";
import { checkCertificate } from "./certificate-arguments";
import { type GpuArgs, GpuSku, type ProbeArgs } from "./model-arguments";
import { atLeastRequested, frontShare, groupProblem, GROUP_MAXIMUM, type Share } from "./resources";
import * as numbers from "./rules/numbers";
import * as text from "./rules/text";

/** HAProxy 3.0, from its makers. By tag: see `front.image`. */
const FRONT_IMAGE = "docker.io/haproxytech/haproxy-debian:3.0";

const DAY_MS = 86_400_000;
const YEAR_SECONDS = 31_536_000;
const HUNDRED_MEBIBYTES = 104_857_600;
const GIBIBYTE = 1_073_741_824;
const LARGEST_INT32 = 2_147_483_647;

/** The default probes: liveness as v1 had it, readiness without its long wait. */
const READINESS: Required<ProbeArgs> = {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold: 3,
};
const LIVENESS: Required<ProbeArgs> = { ...READINESS, initialDelaySeconds: 310 };

type Texts = Record<string, pulumi.Input<string>>;

/** The arguments, checked, with defaults in place. */
export interface AciSettings {
    resourceGroupName: pulumi.Input<string>;
    location: pulumi.Input<string>;
    containerGroupName?: pulumi.Input<string>;
    model: Share & {
        name: string;
        image: pulumi.Input<string>;
        port: number;
        limits: Partial<Share>;
        gpu?: GpuArgs;
        environment: Texts;
        secretEnvironment: Texts;
        command?: string[];
        healthPath: string;
        readiness: Required<ProbeArgs>;
        liveness: Required<ProbeArgs>;
    };
    limits: {
        maxConcurrentRequests: number;
        maxQueueWaitMs: number;
        scoringTimeoutMs: number;
        maxBodyBytes: number;
    };
    /** With the six characters. */
    dnsNameLabel: string;
    /** Azure's name for the group. */
    fqdn: pulumi.Input<string>;
    tls: {
        mode: TlsMode;
        /** Absent: clients use the `fqdn`. */
        hostname?: pulumi.Input<string>;
        certificate?: pulumi.Input<string>;
        privateKey?: pulumi.Input<string>;
        minimumVersion: MinimumTlsVersion;
        hstsMaxAgeSeconds: number;
    };
    dns: { zoneName?: pulumi.Input<string>; zoneResourceGroupName: pulumi.Input<string>; ttl: number };
    keys: { enabled: boolean; primary?: pulumi.Input<string>; secondary?: pulumi.Input<string> };
    front: Share & { image: pulumi.Input<string> };
    registry?: SecureAciInferenceArgs["registry"];
    identity: { systemAssigned: boolean; userAssignedIds: pulumi.Input<string>[] };
    logAnalytics?: SecureAciInferenceArgs["logAnalytics"];
    tags: Texts;
}

/**
 * Checks all arguments and fills in the defaults. Throws once, with every problem; what is known only later is checked
 * when it is known.
 */
export function readArguments(name: string, args: SecureAciInferenceArgs, now: Date): AciSettings {
    const check = new ArgumentCheck(name);
    const { tls, dns, keys = {} } = args;
    const resourceGroupName = check.required(
        "resourceGroupName",
        args.resourceGroupName,
        "name the resource group that gets the service",
        text.resourceGroupName,
    );
    const location = check.required(
        "location",
        args.location ?? new pulumi.Config("azure-native").get("location"),
        "give the region here, or as azure-native:location of the stack",
        text.location,
    );
    const label = args.leafDomainLabel ?? name;
    check.report("leafDomainLabel", leafLabelProblem(label));
    const containerGroupName = check.optionalInput(
        "containerGroupName",
        args.containerGroupName,
        text.containerName,
    );
    const environment = args.environment ?? Environment.Production;
    check.oneOf("environment", environment, Environment);

    const model = readModel(check, name, args);
    const front = readFront(check, args, model);
    const hostname = check.optionalInput("tls.hostname", tls?.hostname, hostnameProblem);
    checkTls(check, args, environment);
    checkDns(check, args);
    const key = (which: "primary" | "secondary"): pulumi.Input<string> | undefined =>
        check.optionalInput(`keys.${which}`, keys[which], text.scoringKey);
    const [primary, secondary] = [key("primary"), key("secondary")];
    if (primary !== undefined && !isLater(primary) && primary === secondary) {
        check.report("keys.secondary", "is the same as keys.primary; two different keys let clients move");
    }
    const settings: AciSettings = {
        resourceGroupName,
        location,
        containerGroupName,
        model,
        front,
        limits: readLimits(check, args),
        dnsNameLabel: dnsNameLabel(label, {
            project: pulumi.getProject(),
            stack: pulumi.getStack(),
            component: name,
        }),
        fqdn: "",
        tls: {
            mode: tls?.mode,
            hostname,
            certificate: tls?.certificate,
            privateKey: tls?.privateKey,
            minimumVersion: tls?.minimumVersion ?? MinimumTlsVersion.Tls12,
            hstsMaxAgeSeconds: tls?.hstsMaxAgeSeconds ?? YEAR_SECONDS,
        },
        dns: {
            zoneName: check.optionalInput("dns.zoneName", dns?.zoneName, hostnameProblem),
            zoneResourceGroupName:
                check.optionalInput(
                    "dns.zoneResourceGroupName",
                    dns?.zoneResourceGroupName,
                    text.resourceGroupName,
                ) ?? resourceGroupName,
            ttl: dns?.ttl ?? 300,
        },
        keys: { enabled: keys.enabled ?? false, primary, secondary },
        registry: readRegistry(check, args),
        identity: readIdentity(check, args),
        logAnalytics: readLogAnalytics(check, args),
        tags: readTags(check, args),
    };
    checkCertificate(check, settings.tls, now);
    check.throwIfAny();
    settings.fqdn = isLater(location)
        ? pulumi.output(location).apply(known => containerGroupFqdn(settings.dnsNameLabel, known))
        : containerGroupFqdn(settings.dnsNameLabel, location as string);
    return settings;
}

function readModel(
    check: ArgumentCheck,
    component: string,
    args: SecureAciInferenceArgs,
): AciSettings["model"] {
    const model: Partial<SecureAciInferenceArgs["model"]> = args.model ?? {};
    const name = model.name ?? component;
    check.known("model.name", name, text.containerName);
    if (name === "front")
        check.report("model.name", `"front" is the name of the other container; give another`);
    const port = model.port ?? 5001;
    check.known("model.port", port, numbers.modelPort([HTTP_PORT, HTTPS_PORT, HEALTH_PORT]));
    const share: Share = { cpu: model.cpu ?? 0.1, memoryInGB: model.memoryInGB ?? 0.5 };
    check.known("model.cpu", share.cpu, numbers.positiveAmount(GROUP_MAXIMUM.cpu, "cores"));
    check.known("model.memoryInGB", share.memoryInGB, numbers.positiveAmount(GROUP_MAXIMUM.memoryInGB, "GB"));
    check.known("model.cpuLimit", model.cpuLimit, atLeastRequested(share.cpu, "cpu"));
    check.known(
        "model.memoryInGBLimit",
        model.memoryInGBLimit,
        atLeastRequested(share.memoryInGB, "memoryInGB"),
    );
    if (model.gpu) {
        const counts = [1, 2, 4];
        if (!counts.includes(model.gpu.count)) {
            check.report("model.gpu.count", `is ${model.gpu.count}; Azure gives ${counts.join(", ")}`);
        }
        check.oneOf("model.gpu.sku", model.gpu.sku, GpuSku);
    }
    const environment = readEnvironment(check, "model.environment", model.environment);
    const secretEnvironment = readEnvironment(check, "model.secretEnvironment", model.secretEnvironment);
    for (const twice of Object.keys(secretEnvironment).filter(key => key in environment)) {
        check.report(
            `model.secretEnvironment.${twice}`,
            "is in model.environment too; leave it in one of them",
        );
    }
    const healthPath = model.healthPath ?? "/";
    check.known("model.healthPath", healthPath, text.healthPath);
    if (model.command?.length === 0)
        check.report("model.command", "is empty; leave it out for the image's own");
    return {
        name,
        ...share,
        image: check.required("model.image", model.image, "name the model's image", text.image),
        port,
        limits: { cpu: model.cpuLimit, memoryInGB: model.memoryInGBLimit },
        gpu: model.gpu,
        environment,
        secretEnvironment,
        command: model.command,
        healthPath,
        readiness: readProbe(check, "model.readiness", model.readiness, READINESS),
        liveness: readProbe(check, "model.liveness", model.liveness, LIVENESS),
    };
}

function readFront(check: ArgumentCheck, args: SecureAciInferenceArgs, model: Share): AciSettings["front"] {
    const { image, cpu, memoryInGB } = args.front ?? {};
    check.known("front.cpu", cpu, numbers.positiveAmount(GROUP_MAXIMUM.cpu, "cores"));
    check.known("front.memoryInGB", memoryInGB, numbers.positiveAmount(GROUP_MAXIMUM.memoryInGB, "GB"));
    const share = frontShare(model, { cpu, memoryInGB });
    // What is wrong by itself is said already: the sum says nothing more.
    const inRange = (part: keyof Share): boolean =>
        [model[part], share[part]].every(one => one > 0 && one <= GROUP_MAXIMUM[part]);
    for (const part of ["cpu", "memoryInGB"] as const) {
        if (inRange(part)) check.report(`front.${part}`, groupProblem(part, model, share));
    }
    return { ...share, image: check.input("front.image", image ?? FRONT_IMAGE, text.image) };
}

function readLimits(check: ArgumentCheck, args: SecureAciInferenceArgs): AciSettings["limits"] {
    const {
        maxConcurrentRequestsPerContainer: maxConcurrentRequests = 1,
        maxQueueWaitMs = 500,
        scoringTimeoutMs = 60_000,
        maxRequestBodyBytes: maxBodyBytes = HUNDRED_MEBIBYTES,
    } = args.limits ?? {};
    check.known(
        "limits.maxConcurrentRequestsPerContainer",
        maxConcurrentRequests,
        numbers.wholeNumber(1, 10_000, "requests"),
    );
    check.known("limits.maxQueueWaitMs", maxQueueWaitMs, numbers.wholeNumber(1, DAY_MS, "milliseconds"));
    check.known("limits.scoringTimeoutMs", scoringTimeoutMs, numbers.wholeNumber(1, DAY_MS, "milliseconds"));
    check.known("limits.maxRequestBodyBytes", maxBodyBytes, numbers.wholeNumber(1, 2 * GIBIBYTE, "bytes"));
    return { maxConcurrentRequests, maxQueueWaitMs, scoringTimeoutMs, maxBodyBytes };
}

function readProbe(
    check: ArgumentCheck,
    path: string,
    given: ProbeArgs = {},
    defaults: Required<ProbeArgs>,
): Required<ProbeArgs> {
    const probe = { ...defaults, ...given };
    check.known(
        `${path}.initialDelaySeconds`,
        probe.initialDelaySeconds,
        numbers.wholeNumber(0, 86_400, "seconds"),
    );
    check.known(`${path}.periodSeconds`, probe.periodSeconds, numbers.wholeNumber(1, 86_400, "seconds"));
    check.known(`${path}.timeoutSeconds`, probe.timeoutSeconds, numbers.wholeNumber(1, 86_400, "seconds"));
    check.known(`${path}.failureThreshold`, probe.failureThreshold, numbers.wholeNumber(1, 1000, "answers"));
    const mostSuccesses = defaults === LIVENESS ? 1 : 1000;
    check.known(
        `${path}.successThreshold`,
        probe.successThreshold,
        numbers.wholeNumber(1, mostSuccesses, "answers"),
    );
    return probe;
}

function readEnvironment(check: ArgumentCheck, path: string, values: Texts = {}): Texts {
    const checked: Texts = {};
    for (const [name, value] of Object.entries(values)) {
        check.report(`${path}.${name}`, text.environmentNameProblem(name));
        checked[name] = check.input(`${path}.${name}`, value, text.environmentValue);
    }
    return checked;
}

function checkTls(check: ArgumentCheck, { tls }: SecureAciInferenceArgs, environment: Environment): void {
    if (tls?.mode === undefined) {
        const modes = Object.values(TlsMode).join(", ");
        check.report("tls.mode", `is missing; give one of ${modes}. Plain HTTP has to be asked for`);
        return;
    }
    check.oneOf("tls.mode", tls.mode, TlsMode);
    check.oneOf("tls.minimumVersion", tls.minimumVersion, MinimumTlsVersion);
    check.known(
        "tls.hstsMaxAgeSeconds",
        tls.hstsMaxAgeSeconds,
        numbers.wholeNumber(0, LARGEST_INT32, "seconds"),
    );
    if (tls.mode === TlsMode.SelfSigned && environment === Environment.Production) {
        check.report(
            "tls.mode",
            "SelfSigned is for development: no client trusts it by itself. Use Custom, or set environment to Development",
        );
    }
}

function checkDns(check: ArgumentCheck, { tls, dns }: SecureAciInferenceArgs): void {
    if (!dns) return;
    check.known("dns.ttl", dns.ttl, numbers.wholeNumber(1, LARGEST_INT32, "seconds"));
    if (dns.zoneName === undefined)
        check.report("dns.zoneName", "is missing; name the zone, or leave dns out");
    if (tls?.hostname === undefined) {
        check.report("tls.hostname", "is missing; dns needs the name that is to lead to the service");
    } else if (typeof tls.hostname === "string" && typeof dns.zoneName === "string") {
        const each = [hostnameProblem(tls.hostname), hostnameProblem(dns.zoneName)];
        if (each.every(problem => problem === undefined)) {
            check.report("tls.hostname", zoneProblem(tls.hostname, dns.zoneName));
        }
    }
}

function readRegistry(check: ArgumentCheck, { registry }: SecureAciInferenceArgs): AciSettings["registry"] {
    if (!registry) return undefined;
    const { username, password, managedIdentityId } = registry;
    const login = username !== undefined || password !== undefined;
    if (login && managedIdentityId !== undefined) {
        check.report(
            "registry.managedIdentityId",
            "stands beside a user name or password; leave one of the two out",
        );
    } else if (!login && managedIdentityId === undefined) {
        check.report("registry", "has no way to log in; give username and password, or managedIdentityId");
    } else if (login && (username === undefined || password === undefined)) {
        const missing = username === undefined ? "username" : "password";
        check.report(`registry.${missing}`, "is missing; user name and password belong together");
    }
    return {
        server: check.required("registry.server", registry.server, "name the registry", text.registryServer),
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
        workspaceId: check.required("logAnalytics.workspaceId", workspaceId, "give its id", text.workspaceId),
        workspaceKey: check.required(
            "logAnalytics.workspaceKey",
            workspaceKey,
            "give its key",
            text.secretText,
        ),
    };
}

function readTags(check: ArgumentCheck, { tags = {} }: SecureAciInferenceArgs): Texts {
    const checked: Texts = {};
    check.report("tags", text.tagCountProblem(Object.keys(tags).length));
    for (const [name, value] of Object.entries(tags)) {
        check.report(`tags.${name}`, text.tagNameProblem(name));
        checked[name] = check.input(`tags.${name}`, value, text.tagValue);
    }
    return checked;
}
