/** Provides the Pulumi engine (the `pulumi` program) together with a language host that runs Node programs for it. */
import { builtEngine, builtEngineIsCached } from "./build";
import { downloadedEngine } from "./download";
import type { Engine } from "./engine";
import { engineOnPath } from "./on-path";
import { withLanguageHost } from "./language-host";

let engine: Promise<Engine> | undefined;

/**
 * Returns the first of these: the engine on PATH if its version is supported, the official download, a build from the
 * Go module. Downloads and builds stay in the cache.
 * @throws if none of the three is possible; the message says what to install
 */
export function pulumiEngine(): Promise<Engine> {
    return (engine ??= obtain());
}

async function obtain(): Promise<Engine> {
    const installed = await engineOnPath();
    if (installed) return await withLanguageHost(installed);

    // A build exists only where the download was impossible, so the download site is not contacted again.
    const downloaded = builtEngineIsCached() ? undefined : await downloadedEngine();
    return await withLanguageHost(downloaded ?? (await builtEngine()));
}
