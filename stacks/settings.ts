import { readFileSync } from "node:fs";
import * as path from "node:path";
import type * as z from "zod";
import { schema } from "./schema";

/** The settings of a stack: types checked, certificate files read. */
export type StackSettings = z.output<typeof schema>;

/** One invalid setting. */
export interface SettingsProblem {
    /** The path for `pulumi config set --path`, e.g. `limits.maxQueueWaitMs`. */
    path: string;
    reason: string;
}

/** Thrown once with all invalid settings. */
export class SettingsError extends Error {
    override readonly name = "SettingsError";

    constructor(readonly problems: readonly SettingsProblem[]) {
        super(problems.map(({ path: at, reason }) => `    ${at}: ${reason}`).join("\n"));
    }
}

/**
 * Reads the settings from the configuration in the form in which the engine passes it to programs.
 *
 * @param configuration values by full key (`project:model`); objects are JSON
 * @param project the namespace of the keys to read; other namespaces belong to providers
 * @param folder the base of relative file names
 * @throws SettingsError with all invalid settings
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

/** Objects, lists, numbers and booleans are JSON, all other values plain text. */
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
            problems.push({
                path: `tls.${setting}`,
                reason: `conflicts with tls.${argument}; remove one of them`,
            });
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

/** A private key pasted in place of a file name must not appear in the message. */
function unreadable(file: string, argument: string, error: unknown): string {
    if (CONTENTS.test(file))
        return `is not a file name but the contents of a file; give the file name, or set tls.${argument} instead`;
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    const why = REASONS[code] ?? `cannot be read (${code})`;
    return `${file} ${why}; paths are relative to the folder of the stack's configuration`;
}

/** Matches PEM, also on one line, and DER in Base64. */
const CONTENTS = /[\r\n]|-----BEGIN|^MI[A-Za-z0-9+/]{40,}={0,2}$/;
const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "does not exist",
    EACCES: "cannot be read by this user",
    EISDIR: "is a folder",
};

function described(issue: z.core.$ZodIssue): SettingsProblem[] {
    const at = issue.path.join(".");
    const below = (key: string): string => (at === "" ? key : `${at}.${key}`);
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map(key => ({
            path: below(key),
            // `pulumi config set` without --path creates such a key.
            reason:
                at === "" && key.includes(".")
                    ? `is a single key with dots, set without --path; run pulumi config rm ${key}, then set it again with --path`
                    : "is not a setting; check the spelling",
        }));
    }
    if (issue.code === "invalid_type") {
        const missing = issue.message.endsWith("received undefined");
        return [{ path: at, reason: missing ? "is missing" : `must be of type ${issue.expected}` }];
    }
    if (issue.code === "invalid_value") {
        return [{ path: at, reason: `must be one of ${issue.values.join(", ")}` }];
    }
    return [{ path: at, reason: issue.message }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
