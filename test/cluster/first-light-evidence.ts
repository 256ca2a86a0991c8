/** Where secrets could have leaked to, and which they are. */
import { readdir, readFile, stat } from "node:fs/promises";
import * as path from "node:path";
import type { TestProject } from "../../sandbox/testing/harness";

export interface StackOutputs {
    scoringUri: string;
    fqdn: string;
    ipAddress: string;
    tlsMode: string;
    certificate?: { authority?: string };
    keys?: { primary: string; secondary: string };
}

export interface Secret {
    name: string;
    value: string;
}

/** The scoring keys and private keys of a stack, each in a form that survives line breaks and escapes. */
export async function secretsIn(outputs: StackOutputs, project: TestProject): Promise<Secret[]> {
    const state = await project.pulumi(["stack", "export", "--show-secrets"]);
    const privateKeys = [...state.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\\+n(\w[^\\]+)\\+n/g)].map(
        ([, line = ""]) => line,
    );
    return [
        ...[...new Set(privateKeys)].map((value, index) => ({ name: `private key ${index}`, value })),
        { name: "primary key", value: outputs.keys!.primary },
        { name: "secondary key", value: outputs.keys!.secondary },
    ];
}

/** The contents of all files below a folder that somebody other than their owner may read. */
export async function readableByOthers(folder: string): Promise<string> {
    return await contents(folder, true);
}

/** The contents of all files below a folder. */
export async function privateFiles(folder: string): Promise<string> {
    return await contents(folder, false);
}

/** A closed folder closes everything below it, so it is looked into only for files that are asked for anyway. */
async function contents(folder: string, onlyOpen: boolean): Promise<string> {
    const { mode } = await stat(folder);
    if (onlyOpen && (mode & 0o055) === 0) return "";
    const texts: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) texts.push(await contents(file, onlyOpen));
        else if (entry.isFile() && (!onlyOpen || ((await stat(file)).mode & 0o044) !== 0)) {
            texts.push(await readFile(file, "latin1"));
        }
    }
    return texts.join("\n");
}
