import { readFileSync } from "node:fs";
import * as path from "node:path";
import type * as z from "zod";
import { schema } from "./schema";
import { type Texts, texts } from "./values";

/** The settings of a stack: types checked, certificate files read. */
export type StackSettings = z.output<ReturnType<typeof schema>>;

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
 * A setting that the engine calls secret contains at least one secret; the engine does not tell which. All texts in it become
 * secrets, except for names, addresses and paths: they are part of names in Azure and of outputs, so they stay plain.
 *
 * @param configuration values by full key (`project:model`); objects are JSON
 * @param project the namespace of the keys to read; other namespaces belong to providers
 * @param folder the base of relative file names
 * @param isSecret whether the engine calls a full key secret
 * @throws SettingsError with all invalid settings, without values of secret settings
 */
export function readSettings(
    configuration: Readonly<Record<string, string>>,
    project: string,
    folder: string,
    isSecret: (key: string) => boolean = () => false,
): StackSettings {
    const prefix = `${project}:`;
    const own = Object.entries(configuration).filter(([key]) => key.startsWith(prefix));
    const values = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), parsed(text)]));
    const marked = Object.keys(values).filter(name => isSecret(prefix + name));
    const problems: SettingsProblem[] = [];
    const withFiles = {
        ...values,
        ...(isRecord(values.tls) && {
            tls: readCertificateFiles(values.tls, { folder, shown: !marked.includes("tls") }, problems),
        }),
    };
    const { textsOf, kept } = trackedTexts(marked);
    const result = schema(textsOf).safeParse(withFiles, { reportInput: false });
    problems.push(...(result.error?.issues.flatMap(described) ?? []));
    // An invalid setting may contain values that were not read.
    if (result.success) problems.push(...marked.filter(name => !kept.has(name)).map(visibleSecret));
    if (result.success && problems.length === 0) return result.data;
    throw new SettingsError(problems);
}

/** The schemas for texts by top-level setting, and the settings in which a value stays secret. */
function trackedTexts(marked: readonly string[]): { textsOf: (name: string) => Texts; kept: Set<string> } {
    const kept = new Set<string>();
    return { textsOf: name => texts(marked.includes(name), () => kept.add(name)), kept };
}

function visibleSecret(name: string): SettingsProblem {
    const reason =
        "is set as a secret, but contains only names, addresses, numbers and switches, which others see in Azure and in outputs; set it again with --plaintext instead of --secret";
    return { path: name, reason };
}

/** Objects and lists are JSON. All other values are plain text: the engine has already lost the form of numbers. */
function parsed(text: string): unknown {
    if (!/^\s*[{[]/.test(text)) return text;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function readCertificateFiles(
    tls: Record<string, unknown>,
    { folder, shown }: { folder: string; shown: boolean },
    problems: SettingsProblem[],
): Record<string, unknown> {
    const read = { ...tls };
    for (const [setting, argument, encoding] of [
        ["certificateFile", "certificate", "utf8"],
        ["privateKeyFile", "privateKey", "utf8"],
        ["pfxFile", "pfx", "base64"],
        ["trustedRootsFile", "trustedRoots", "utf8"],
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
            problems.push({
                path: `tls.${setting}`,
                reason: CONTENTS.test(file)
                    ? contents(argument)
                    : unreadable(shown ? file : "the file", error),
            });
        }
    }
    return read;
}

/** A private key pasted in place of a file name must not appear in the message. */
function contents(argument: string): string {
    return `is not a file name but the contents of a file; give the file name, or set tls.${argument} instead`;
}

function unreadable(file: string, error: unknown): string {
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
        if (issue.expected === "string") return [{ path: at, reason: issue.message }];
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
