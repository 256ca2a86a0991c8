import * as path from "node:path";

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

/** The folder of a program has to come first in PATH, so that the engine finds its own companions. */
export function firstInPath(folder: string): NodeJS.ProcessEnv {
    return { PATH: [folder, process.env.PATH].filter(Boolean).join(path.delimiter) };
}
