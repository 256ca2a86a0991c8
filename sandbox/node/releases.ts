import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { cached, cacheFolder } from "../../machine/cache";
import { withProgress } from "../../machine/progress";

/** The processor architecture in the names of releases. */
export const PLATFORM = process.arch === "arm64" ? "arm64" : "amd64";

/** A file of an official release. */
export interface ReleaseFile {
    url: string;
    /** URL of a file with the SHA-256 digest: either only the digest, or lines of digest and file name. */
    checksumUrl: string;
}

/** Timeout for the response headers of a server, in milliseconds. */
const RESPONSE_TIMEOUT_MS = 5_000;

/** The server cannot be reached or does not have the file. Other errors mean that a downloaded file is wrong. */
export class ReleaseUnavailable extends Error {}

/**
 * Downloads a program into a folder, or downloads an archive and unpacks it there. The checksum is verified before the file
 * is unpacked or made executable.
 * @throws ReleaseUnavailable when the server does not answer with the file
 */
export async function downloadRelease(release: ReleaseFile, folder: string): Promise<void> {
    const name = path.posix.basename(new URL(release.url).pathname);
    const expected = digestOf(await (await fetchOk(release.checksumUrl)).text(), name);
    if (!expected) throw new Error(`${release.checksumUrl} lists no SHA-256 digest for ${name}.`);

    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, name);
    const { body } = await fetchOk(release.url);
    if (!body) throw new Error(`${release.url} is empty.`);
    await pipeline(Readable.fromWeb(body), createWriteStream(file));

    const actual = createHash("sha256").update(readFileSync(file)).digest("hex");
    if (actual !== expected) {
        rmSync(file);
        throw new Error(`${release.url} does not have the SHA-256 digest listed in ${release.checksumUrl}.`);
    }
    if (/\.(tar\.gz|tgz)$/.test(name)) {
        await execa("tar", ["--extract", "--gzip", "--no-same-owner", "--file", file, "--directory", folder]);
        rmSync(file);
    } else {
        chmodSync(file, 0o755);
    }
}

/** The digest of a file in a list of checksums, in lower case. Undefined if the list has none for this file. */
export function digestOf(checksums: string, name: string): string | undefined {
    const lines = checksums.split("\n").map(line => line.trim().split(/\s+/));
    const words =
        lines.find(([, file]) => file?.replace(/^\*/, "").endsWith(name)) ??
        lines.find(line => line.length === 1);
    const digest = words?.[0]?.toLowerCase();
    return digest && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

async function fetchOk(url: string): Promise<Response> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), RESPONSE_TIMEOUT_MS);
    let response: Response;
    try {
        response = await fetch(url, { signal: abort.signal });
    } catch (error) {
        throw new ReleaseUnavailable(`${new URL(url).host} cannot be reached.`, { cause: error });
    } finally {
        clearTimeout(timer);
    }
    if (!response.ok) throw new ReleaseUnavailable(`${url} answered ${response.status}.`);
    return response;
}

/** False after the first failed download. The other servers are then skipped, so that a machine without a network does not wait for each. */
let online = true;

/**
 * Downloads files of official releases into the cache.
 * @param name of the cache entry
 * @param title for the progress display
 * @param files by subfolder of the cache entry
 * @returns the folder of the cache entry, or `undefined` if a server cannot be reached
 */
export async function cachedReleases(
    name: string,
    title: string,
    files: Record<string, ReleaseFile[]>,
): Promise<string | undefined> {
    const key = path.join("node", `${name}-released`);
    if (existsSync(cacheFolder(key))) return cacheFolder(key);
    if (!online) return undefined;
    try {
        return await cached(key, folder =>
            withProgress(`Downloading ${title}`, async () => {
                for (const [subfolder, list] of Object.entries(files)) {
                    for (const file of list) await downloadRelease(file, path.join(folder, subfolder));
                }
            }),
        );
    } catch (error) {
        if (!(error instanceof ReleaseUnavailable)) throw error;
        online = false;
        return undefined;
    }
}
