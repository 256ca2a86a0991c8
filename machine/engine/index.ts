import { builtEngine, builtEngineIsCached } from "./build";
import { downloadedEngine } from "./download";
import type { Engine } from "./engine";
import { engineOnPath } from "./on-path";
import { withLanguageHost } from "./language-host";

let engine: Promise<Engine> | undefined;

/**
 * The Pulumi engine: the user's own when it is new enough, else the official download, else built from its Go
 * module. What was downloaded or built is kept in the cache.
 * @throws with the thing to install when none of the three works
 */
export function pulumiEngine(): Promise<Engine> {
    return (engine ??= obtain());
}

async function obtain(): Promise<Engine> {
    const found = await engineOnPath();
    if (found) return await withLanguageHost(found);

    // A machine without the network should not be asked to wait for it again once the engine has been built.
    const downloaded = builtEngineIsCached() ? undefined : await downloadedEngine();
    return await withLanguageHost(downloaded ?? (await builtEngine()));
}
