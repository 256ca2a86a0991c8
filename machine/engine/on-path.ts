import { accessSync, constants, realpathSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { gte } from "semver";
import type { Engine } from "./engine";
import { MINIMUM_VERSION } from "./version";

/** The user's own Pulumi, when it is new enough. An older one is left alone, and said so. */
export async function engineOnPath(): Promise<Engine | undefined> {
    const command = programOnPath("pulumi");
    if (!command) return undefined;
    const version = await versionOf(command);
    if (version && gte(version, MINIMUM_VERSION)) {
        return { command, version, origin: "found on PATH", environment: {} };
    }
    console.error(
        `${command} is ${version ?? "of an unknown version"}, and ${MINIMUM_VERSION} or newer is needed: using another one.`,
    );
    return undefined;
}

/** What `pulumi version` says, without the leading v. */
export async function versionOf(command: string): Promise<string | undefined> {
    const { stdout, failed } = await execa(command, ["version"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        reject: false,
    });
    return failed ? undefined : stdout.trim().replace(/^v/, "");
}

/** The absolute path of a program that PATH leads to. Links are followed: companions lie beside the real file. */
export function programOnPath(name: string): string | undefined {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
        const candidate = path.join(folder, name);
        try {
            accessSync(candidate, constants.X_OK);
            return realpathSync(candidate);
        } catch {
            // Not in this folder.
        }
    }
    return undefined;
}
