import * as path from "node:path";

/** A Pulumi engine that can run Node programs. */
export interface Engine {
    /** The absolute path of the `pulumi` program. */
    command: string;
    /** E.g. `3.259.0`. */
    version: string;
    /** For messages: how this engine came onto the machine. */
    origin: "found on PATH" | "downloaded" | "built from source";
    /** Environment variables that `command` needs in addition to those of this process. */
    environment: NodeJS.ProcessEnv;
}

/** The PATH with `folder` first. The engine searches language hosts on PATH, and those in its own folder must win. */
export function firstInPath(folder: string): NodeJS.ProcessEnv {
    return { PATH: [folder, process.env.PATH].filter(Boolean).join(path.delimiter) };
}
