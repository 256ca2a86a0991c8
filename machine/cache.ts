import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as lockfile from "proper-lockfile";

/** A folder for downloaded or built tools, outside of the checkout and shared by all sandboxes. */
export function cacheFolder(...parts: string[]): string {
    const home = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
    return path.join(home, "azure-secure-inference", ...parts);
}

/**
 * The cache entry `key`, made by `build` when it is not there yet. An entry is never changed once it is in place,
 * so the key must carry everything that the contents depend on (versions, checksums, platform).
 *
 * `build` fills a new folder next to the final one, which then takes its name in one step: an interrupted build
 * leaves nothing that looks complete. Of several processes that ask at once, one builds and the others wait.
 * @param key a relative path, e.g. `engine/3.259.0-linux-x64`
 * @returns the absolute path of the entry's folder
 */
export async function cached(key: string, build: (folder: string) => Promise<void>): Promise<string> {
    const entry = cacheFolder(key);
    if (existsSync(entry)) return entry;

    await mkdir(path.dirname(entry), { recursive: true });
    const release = await lockfile.lock(entry, {
        realpath: false,
        // The lock's time stamp is renewed while its holder lives, so a killed holder delays others by ten seconds.
        stale: 10_000,
        // Hours. Not `forever`: that lets the process end while it waits.
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
