import { accessSync, constants, realpathSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { gte } from "semver";
import type { Engine } from "./engine";
import { MINIMUM_VERSION, PINNED_VERSION } from "./version";

/** The engine on PATH if its version is supported. Otherwise a message says why another engine is used. */
export async function engineOnPath(): Promise<Engine | undefined> {
    const command = programOnPath("pulumi");
    if (!command) return undefined;
    const version = await versionOf(command);
    if (version && gte(version, MINIMUM_VERSION)) {
        return { command, version, origin: "found on PATH", environment: {} };
    }
    console.error(
        `${command} has ${version ? `version ${version}` : "an unknown version"}, but ${MINIMUM_VERSION} or newer is ` +
            `required. Pulumi ${PINNED_VERSION} is used instead, and ${command} stays unchanged.`,
    );
    return undefined;
}

/** The output of `pulumi version` without the leading v. */
async function versionOf(command: string): Promise<string | undefined> {
    const { stdout, failed } = await execa(command, ["version"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        reject: false,
    });
    return failed ? undefined : stdout.trim().replace(/^v/, "");
}

/** The absolute path of a program on PATH, with symbolic links resolved: related programs are in the folder of the real file. */
export function programOnPath(name: string): string | undefined {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
        const candidate = path.join(folder, name);
        try {
            accessSync(candidate, constants.X_OK);
            return realpathSync(candidate);
        } catch {
            // The program is not in this folder.
        }
    }
    return undefined;
}
