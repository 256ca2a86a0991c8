import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as z from "zod";
import { Environment, GpuSku, MinimumTlsVersion, TlsMode } from "../components";

const texts = z.record(z.string(), z.string());
const probe = z.strictObject({
    initialDelaySeconds: z.number().optional(),
    periodSeconds: z.number().optional(),
    timeoutSeconds: z.number().optional(),
    successThreshold: z.number().optional(),
    failureThreshold: z.number().optional(),
});

/**
 * What a stack's configuration may say: the names of the component's arguments, and what is needed around it. Kinds of values
 * are checked here, their meaning by the component.
 */
const schema = z.strictObject({
    /** The component's name, and the model's unless `model.name` says otherwise. */
    name: z.string().default("inference"),
    environment: z.enum(Environment).optional(),
    resourceGroup: z.strictObject({
        name: z.string(),
        /** False: the group exists already. */
        create: z.boolean().default(true),
    }),
    location: z.string().optional(),
    containerGroupName: z.string().optional(),
    leafDomainLabel: z.string().optional(),
    overwriteExistingDomain: z.boolean().optional(),
    model: z.strictObject({
        name: z.string().optional(),
        image: z.string(),
        port: z.number().optional(),
        cpu: z.number().optional(),
        memoryInGB: z.number().optional(),
        cpuLimit: z.number().optional(),
        memoryInGBLimit: z.number().optional(),
        gpu: z.strictObject({ count: z.number(), sku: z.enum(GpuSku) }).optional(),
        environment: texts.optional(),
        secretEnvironment: texts.optional(),
        command: z.array(z.string()).optional(),
        healthPath: z.string().optional(),
        readiness: probe.optional(),
        liveness: probe.optional(),
    }),
    limits: z
        .strictObject({
            maxConcurrentRequestsPerContainer: z.number().optional(),
            maxQueueWaitMs: z.number().optional(),
            scoringTimeoutMs: z.number().optional(),
            maxRequestBodyBytes: z.number().optional(),
        })
        .optional(),
    tls: z.strictObject({
        mode: z.enum(TlsMode),
        hostname: z.string().optional(),
        certificate: z.string().optional(),
        /** Instead of `certificate`: a PEM file, relative to the folder of the stack's configuration. */
        certificateFile: z.string().optional(),
        privateKey: z.string().optional(),
        /** Instead of `privateKey`: a PEM file, relative to the folder of the stack's configuration. */
        privateKeyFile: z.string().optional(),
        minimumVersion: z.enum(MinimumTlsVersion).optional(),
        hstsMaxAgeSeconds: z.number().optional(),
    }),
    dns: z
        .strictObject({
            zoneName: z.string(),
            zoneResourceGroupName: z.string().optional(),
            /** True: the stack makes the zone too, in its own resource group. */
            createZone: z.boolean().default(false),
            ttl: z.number().optional(),
        })
        .optional(),
    keys: z
        .strictObject({
            enabled: z.boolean().optional(),
            primary: z.string().optional(),
            secondary: z.string().optional(),
        })
        .optional(),
    front: z
        .strictObject({
            image: z.string().optional(),
            cpu: z.number().optional(),
            memoryInGB: z.number().optional(),
        })
        .optional(),
    registry: z
        .strictObject({
            server: z.string(),
            username: z.string().optional(),
            password: z.string().optional(),
            managedIdentityId: z.string().optional(),
        })
        .optional(),
    identity: z
        .strictObject({
            systemAssigned: z.boolean().optional(),
            userAssignedIds: z.array(z.string()).optional(),
        })
        .optional(),
    logAnalytics: z.strictObject({ workspaceId: z.string(), workspaceKey: z.string() }).optional(),
    tags: texts.optional(),
});

/** The settings of a stack, of the right kinds and with the files read. */
export type StackSettings = z.output<typeof schema>;

/** One thing that is wrong with the configuration. */
export interface SettingsProblem {
    /** As `pulumi config set --path` takes it, e.g. `limits.maxQueueWaitMs`. */
    path: string;
    reason: string;
}

/** Thrown with everything that is wrong. */
export class SettingsError extends Error {
    override readonly name = "SettingsError";

    constructor(readonly problems: readonly SettingsProblem[]) {
        super(problems.map(({ path: at, reason }) => `    ${at}: ${reason}`).join("\n"));
    }
}

/**
 * Reads the settings from configuration as the engine hands it over.
 *
 * @param configuration values by full key (`project:model`); objects are JSON
 * @param project whose keys are read; those of providers are theirs
 * @param folder where relative files start
 */
export function readSettings(
    configuration: Readonly<Record<string, string>>,
    project: string,
    folder: string,
): StackSettings {
    const prefix = `${project}:`;
    const own = Object.entries(configuration).filter(([key]) => key.startsWith(prefix));
    const values = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), parsed(text)]));
    const problems: SettingsProblem[] = [];
    const withFiles = {
        ...values,
        ...(isRecord(values.tls) && { tls: readPemFiles(values.tls, folder, problems) }),
    };
    const result = schema.safeParse(withFiles, { reportInput: false });
    if (result.success && problems.length === 0) return result.data;
    const more = result.error?.issues.flatMap(described) ?? [];
    throw new SettingsError([...problems, ...more]);
}

/** Objects, lists, numbers and booleans arrive as JSON, everything else as it is. */
function parsed(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function readPemFiles(
    tls: Record<string, unknown>,
    folder: string,
    problems: SettingsProblem[],
): Record<string, unknown> {
    const read = { ...tls };
    for (const [setting, argument] of [
        ["certificateFile", "certificate"],
        ["privateKeyFile", "privateKey"],
    ] as const) {
        const file = tls[setting];
        if (typeof file !== "string") continue;
        if (tls[argument] !== undefined) {
            problems.push({ path: `tls.${setting}`, reason: `stands beside tls.${argument}; leave one out` });
            continue;
        }
        try {
            read[argument] = readFileSync(path.resolve(folder, file), "utf8");
        } catch (error) {
            const { code = "unreadable" } = error as NodeJS.ErrnoException;
            const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
            problems.push({
                path: `tls.${setting}`,
                reason: `${file} ${why}; the path starts at the folder of the stack's configuration`,
            });
        }
    }
    return read;
}

function described(issue: z.core.$ZodIssue): SettingsProblem[] {
    const at = issue.path.join(".");
    const below = (key: string): string => (at === "" ? key : `${at}.${key}`);
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map(key => ({ path: below(key), reason: "is no setting; look for a typing error" }));
    }
    if (issue.code === "invalid_type") {
        const missing = issue.message.endsWith("received undefined");
        return [{ path: at, reason: missing ? "is missing" : `has to be of type ${issue.expected}` }];
    }
    if (issue.code === "invalid_value") {
        return [{ path: at, reason: `has to be one of ${issue.values.join(", ")}` }];
    }
    return [{ path: at, reason: issue.message }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
