import * as path from "node:path";
import { builtEngine, builtEngineIsCached } from "./build";
import { downloadedEngine } from "./download";
import { engineOnPath } from "./on-path";
import { withLanguageHost } from "./language-host";

/** A Pulumi engine that can run Node programs with everything that this project uses. */
export interface Engine {
    /** The absolute path of the `pulumi` program. */
    command: string;
    /** E.g. `3.259.0`. */
    version: string;
    /** Where it comes from, for people. */
    origin: "found on PATH" | "downloaded" | "built from source";
    /** What has to be added to the environment of `command`. */
    environment: NodeJS.ProcessEnv;
}

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

/** The folder of a program has to come first in PATH, so that the engine finds its own companions. */
export function firstInPath(folder: string): NodeJS.ProcessEnv {
    return { PATH: [folder, process.env.PATH].filter(Boolean).join(path.delimiter) };
}
