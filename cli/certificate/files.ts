import { open } from "node:fs/promises";

/** No certificate, key or PFX file comes near; what is larger is another file, or one that never ends. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file that a person named; pipes (`<(…)`) too, which have no size to ask for.
 *
 * @param option that named it, for the message
 * @throws Error with one line, which never holds contents
 */
export async function readNamedFile(option: string, file: string): Promise<Buffer> {
    let handle;
    try {
        handle = await open(file, "r");
        const chunks: Buffer[] = [];
        let size = 0;
        for (;;) {
            const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
            if (bytesRead === 0) return Buffer.concat(chunks);
            size += bytesRead;
            if (size > MAX_BYTES) break;
            chunks.push(buffer.subarray(0, bytesRead));
        }
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(
            `The file of ${option} cannot be read: ${file} ${REASONS[code ?? ""] ?? `(${code})`}.`,
        );
    } finally {
        await handle?.close();
    }
    throw new Error(`The file of ${option} is larger than 4 MiB: ${file} is no certificate or key.`);
}

const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "does not exist",
    ENOTDIR: "does not exist",
    EACCES: "may not be read by this user",
    EISDIR: "is a folder",
};
