import { readFileSync } from "node:fs";
import * as path from "node:path";
import type * as z from "zod";
import { schema } from "./schema";

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
        ...(isRecord(values.tls) && { tls: readCertificateFiles(values.tls, folder, problems) }),
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

function readCertificateFiles(
    tls: Record<string, unknown>,
    folder: string,
    problems: SettingsProblem[],
): Record<string, unknown> {
    const read = { ...tls };
    for (const [setting, argument, encoding] of [
        ["certificateFile", "certificate", "utf8"],
        ["privateKeyFile", "privateKey", "utf8"],
        ["pfxFile", "pfx", "base64"],
    ] as const) {
        const file = tls[setting];
        if (typeof file !== "string") continue;
        if (tls[argument] !== undefined) {
            problems.push({ path: `tls.${setting}`, reason: `stands beside tls.${argument}; leave one out` });
            continue;
        }
        try {
            read[argument] = readFileSync(path.resolve(folder, file), encoding);
        } catch (error) {
            problems.push({ path: `tls.${setting}`, reason: unreadable(file, argument, error) });
        }
    }
    return read;
}

/** What stands in the place of a name may be a key, and must not be repeated. */
function unreadable(file: string, argument: string, error: unknown): string {
    if (CONTENTS.test(file)) return `holds contents; give the name of a file, or set tls.${argument} instead`;
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    const why = REASONS[code] ?? `cannot be read (${code})`;
    return `${file} ${why}; the path starts at the folder of the stack's configuration`;
}

/** PEM, also in one line, and DER in Base64. */
const CONTENTS = /[\r\n]|-----BEGIN|^MI[A-Za-z0-9+/]{40,}={0,2}$/;
const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "does not exist",
    EACCES: "may not be read by this user",
    EISDIR: "is a folder",
};

function described(issue: z.core.$ZodIssue): SettingsProblem[] {
    const at = issue.path.join(".");
    const below = (key: string): string => (at === "" ? key : `${at}.${key}`);
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map(key => ({
            path: below(key),
            // What pulumi config set makes of it without --path.
            reason:
                at === "" && key.includes(".")
                    ? `is one name with dots in it; pulumi config rm ${key}, and set it anew with --path`
                    : "is no setting; look for a typing error",
        }));
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
