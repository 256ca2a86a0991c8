import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import * as path from "node:path";

/**
 * Writes a whole file so that a reader, or this program after a power cut, finds either the old or the new contents.
 * Readable by the owner alone.
 */
export function writeAtomically(file: string, contents: string): void {
    const folder = path.dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const temporary = path.join(folder, `.${path.basename(file)}.${randomUUID()}`);
    try {
        const descriptor = openSync(temporary, "wx", 0o600);
        try {
            writeSync(descriptor, contents);
            fsyncSync(descriptor);
        } finally {
            closeSync(descriptor);
        }
        renameSync(temporary, file);
        syncFolder(folder);
    } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
    }
}

/** The new name is on disk only once the folder is. */
function syncFolder(folder: string): void {
    const descriptor = openSync(folder, "r");
    try {
        fsyncSync(descriptor);
    } finally {
        closeSync(descriptor);
    }
}
