import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The scripts of a container: text by file name. */
export type ScriptFiles = Readonly<Record<string, string>>;

/**
 * Reads scripts from the folder `scripts` of a room.
 * @example readScripts(__dirname, "issuer.sh", "lease.sh")
 */
export function readScripts(room: string, ...names: readonly string[]): ScriptFiles {
    return Object.fromEntries(
        names.map(name => [name, readFileSync(path.join(room, "scripts", name), "utf8")]),
    );
}

const RUN_FILES = Object.values(readScripts(__dirname, "run-files.sh")).join("");

/**
 * A container's command that writes these files into the folder `<temporary folder>/<name>` and runs `command` there. The
 * command is the only way to bring readable files into a container group: its secret volumes are hidden in previews.
 */
export function commandWithFiles(name: string, files: ScriptFiles, command: readonly string[]): string[] {
    return ["/bin/sh", "-c", RUN_FILES, name, ...Object.entries(files).flat(), "--", ...command];
}
