import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import * as path from "node:path";

/**
 * Replaces a file so that readers see either the old or the new contents, also after a power failure. Only the owner can
 * read it.
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

/** A rename is on disk only after its folder is synced. */
function syncFolder(folder: string): void {
    const descriptor = openSync(folder, "r");
    try {
        fsyncSync(descriptor);
    } finally {
        closeSync(descriptor);
    }
}
