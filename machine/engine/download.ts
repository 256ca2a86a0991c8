import { existsSync } from "node:fs";
import * as path from "node:path";
import { cached, cacheFolder } from "../cache";
import { withProgress } from "../progress";
import type { Engine } from "./engine";
import { PINNED_VERSION } from "./version";

/** Time limit for the answer of the download site, in milliseconds. Without an answer, the site counts as unreachable. */
const PROBE_TIMEOUT_MS = 5_000;

const DOWNLOAD_SITE = "https://get.pulumi.com/install.sh";

/** Downloads the official release with Pulumi's own installer. Undefined if that fails or its site cannot be reached. */
export async function downloadedEngine(): Promise<Engine | undefined> {
    const key = path.join("engine", `official-${PINNED_VERSION}-${process.platform}-${process.arch}`);
    if (!existsSync(cacheFolder(key)) && !(await canDownload())) return undefined;
    try {
        const folder = await cached(key, root =>
            withProgress(`Downloading the Pulumi engine ${PINNED_VERSION}`, () => install(root)),
        );
        const command = path.join(folder, "bin", "pulumi");
        return { command, version: PINNED_VERSION, origin: "downloaded", environment: {} };
    } catch (error) {
        console.error(
            `Downloading the Pulumi engine failed, so it is built from source: ${(error as Error).message.trim()}`,
        );
        return undefined;
    }
}

async function canDownload(): Promise<boolean> {
    try {
        const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
        return (await fetch(DOWNLOAD_SITE, { method: "HEAD", signal })).ok;
    } catch {
        return false;
    }
}

async function install(root: string): Promise<void> {
    // Imported only when needed, because loading takes most of a second.
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
    const { SemVer } = await import("semver");
    await PulumiCommand.install({ root, version: new SemVer(PINNED_VERSION) });
}
