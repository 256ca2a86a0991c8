import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as lockfile from "proper-lockfile";

/** The path of a folder in the cache for downloaded and built programs, which all checkouts and sandboxes share. */
export function cacheFolder(...parts: string[]): string {
    const home = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
    return path.join(home, "azure-secure-inference", ...parts);
}

/**
 * Returns the cache entry `key`; `build` creates it on first use. Entries never change after that, so the key must
 * contain everything that determines the contents (versions, checksums, platform).
 *
 * `build` fills a temporary folder, which is then renamed: an interrupted build leaves no entry that looks complete.
 * If several processes need the same entry, one of them builds it and the others wait.
 * @param key a relative path, e.g. `engine/3.259.0-linux-x64`
 * @returns the absolute path of the entry's folder
 */
export async function cached(key: string, build: (folder: string) => Promise<void>): Promise<string> {
    const entry = cacheFolder(key);
    if (existsSync(entry)) return entry;

    await mkdir(path.dirname(entry), { recursive: true });
    const release = await lockfile.lock(entry, {
        realpath: false,
        // The process that holds the lock renews it continuously. If it is killed, the lock expires after ten seconds.
        stale: 10_000,
        // Several hours in total. With `forever`, the timers would not keep this process alive while it waits.
        retries: { retries: 20_000, factor: 1.5, minTimeout: 50, maxTimeout: 1_000 },
    });
    const unfinished = `${entry}.${randomUUID()}.part`;
    try {
        if (existsSync(entry)) return entry;
        await mkdir(unfinished);
        await build(unfinished);
        await rename(unfinished, entry);
        return entry;
    } finally {
        await rm(unfinished, { recursive: true, force: true });
        await release();
    }
}
