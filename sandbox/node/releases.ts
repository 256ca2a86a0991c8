import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, mkdirSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";

/** A file of an official release. */
export interface ReleaseFile {
    url: string;
    /** Lists the file's SHA-256 digest: alone, or on a line that ends with the file's name. */
    checksumUrl: string;
}

/** How long a server may take to answer before it counts as out of reach. */
const ANSWER_MS = 5_000;

/** The server cannot be reached, as opposed to: it has answered something wrong. */
export class NoNetwork extends Error {}

/**
 * Downloads a program into a folder, or an archive that is unpacked there. The bytes are compared with the checksum
 * before anything is done with them.
 * @throws NoNetwork when the server does not answer
 */
export async function downloadRelease(release: ReleaseFile, folder: string): Promise<void> {
    const name = path.posix.basename(new URL(release.url).pathname);
    const expected = digestOf(await (await fetched(release.checksumUrl)).text(), name);
    if (!expected) throw new Error(`${release.checksumUrl} has no SHA-256 digest for ${name}.`);

    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, name);
    const { body } = await fetched(release.url);
    if (!body) throw new Error(`${release.url} is empty.`);
    await pipeline(Readable.fromWeb(body), createWriteStream(file));

    const actual = createHash("sha256").update(readFileSync(file)).digest("hex");
    if (actual !== expected) {
        rmSync(file);
        throw new Error(
            `${release.url} does not have the SHA-256 digest that ${release.checksumUrl} promises.`,
        );
    }
    if (/\.(tar\.gz|tgz)$/.test(name)) {
        await execa("tar", ["--extract", "--gzip", "--no-same-owner", "--file", file, "--directory", folder]);
        rmSync(file);
    } else {
        chmodSync(file, 0o755);
    }
}

/** @returns the digest in lower case, or nothing when the text has none for this file */
export function digestOf(checksums: string, name: string): string | undefined {
    const lines = checksums.split("\n").map(line => line.trim().split(/\s+/));
    const own =
        lines.find(([, file]) => file?.replace(/^\*/, "").endsWith(name)) ??
        lines.find(words => words.length === 1);
    const digest = own?.[0]?.toLowerCase();
    return digest && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

async function fetched(url: string): Promise<Response> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ANSWER_MS);
    let response: Response;
    try {
        response = await fetch(url, { signal: abort.signal });
    } catch (error) {
        throw new NoNetwork(`${new URL(url).host} cannot be reached.`, { cause: error });
    } finally {
        clearTimeout(timer);
    }
    if (!response.ok) throw new NoNetwork(`${url} answered ${response.status}.`);
    return response;
}
