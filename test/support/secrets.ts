/** Searches text and files for secrets that must not be in them, also in Base64. */
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import type { SandboxInstance } from "../../sandbox/instance";
import { sandboxProcesses } from "../../sandbox/node/control-groups";
import type { TestProject } from "../../sandbox/testing/harness";

/** A secret in a form without line breaks and quotes, so that escaping does not change it. */
export interface Secret {
    name: string;
    value: string;
}

/** How often a secret may be encoded in Base64 and is still found. */
const BASE64_LEVELS = 3;
/** Shorter runs of letters and digits are words. */
const BASE64_RUN = /[A-Za-z0-9+/]{20,}={0,2}/g;

/** The first line of every private key (PKCS #8, EC or RSA) in the decrypted state of a stack, also in Base64. */
export async function privateKeysOf(project: TestProject): Promise<Secret[]> {
    const state = await project.pulumi(["stack", "export", "--show-secrets"]);
    const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\+n|\r?\n)([\w+/]{40,})/g;
    const found = [...withBase64Decoded(state, BASE64_LEVELS).matchAll(pem)];
    const lines = new Set(found.map(([, line = ""]) => line));
    return [...lines].map((value, index) => ({ name: `private key ${index}`, value }));
}

/** The names of the secrets that are in a text, as they are or in Base64. */
export function secretsFoundIn(text: string, secrets: readonly Secret[]): string[] {
    const searched = withBase64Decoded(text, BASE64_LEVELS);
    return secrets.filter(({ value }) => searched.includes(value)).map(({ name }) => name);
}

function withBase64Decoded(text: string, levels: number): string {
    if (levels === 0) return text;
    const decoded = [...text.matchAll(BASE64_RUN)].map(([run]) =>
        withBase64Decoded(Buffer.from(run, "base64").toString("latin1"), levels - 1),
    );
    return [text, ...decoded].join("\n");
}

/** The contents of all regular files below a folder, whatever their permissions. */
export async function filesBelow(folder: string, skip: readonly string[] = []): Promise<string> {
    const texts: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        if (skip.includes(entry.name)) continue;
        if (entry.isDirectory()) texts.push(await filesBelow(file, skip));
        else if (entry.isFile()) texts.push(await readFile(file, "latin1"));
    }
    return texts.join("\n");
}

/** The arguments of all processes of a sandbox, also of its containers. */
export function processArguments(instance: SandboxInstance): string {
    const read = (pid: number): string => {
        try {
            return readFileSync(`/proc/${pid}/cmdline`, "utf8");
        } catch {
            // The process has ended.
            return "";
        }
    };
    return sandboxProcesses(instance).map(read).join("\n");
}
