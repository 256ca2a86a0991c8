import { open } from "node:fs/promises";

const MEBIBYTE = 1024 * 1024;

/** Certificate, key and PFX files are far smaller. The limit stops the reading of devices and of wrong files. */
const CERTIFICATE_MEBIBYTES = 4;

/**
 * Reads a file that the user named. Pipes (`<(…)`) have no size, so the limit applies while reading.
 *
 * @param option the option that named the file, for messages
 * @param most the size limit in MiB
 * @throws Error with one line that never contains the file's contents
 */
export async function readNamedFile(
    option: string,
    file: string,
    most: number = CERTIFICATE_MEBIBYTES,
): Promise<Buffer> {
    let handle;
    try {
        handle = await open(file, "r");
        const chunks: Buffer[] = [];
        let size = 0;
        for (;;) {
            const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
            if (bytesRead === 0) return Buffer.concat(chunks);
            size += bytesRead;
            if (size > most * MEBIBYTE) break;
            chunks.push(buffer.subarray(0, bytesRead));
        }
    } catch (error) {
        if (file === "") throw new Error(`${option} is empty. Name a file.`, { cause: error });
        // A message that repeats the value could write a key to the log of a pipeline.
        if (CONTENTS.test(file)) throw new Error(`${option} takes the name of a file, not its contents.`);
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(`${option}: cannot read ${file}: ${REASONS[code ?? ""] ?? code}.`);
    } finally {
        await handle?.close();
    }
    throw new Error(`${option}: the file ${file} is larger than ${most} MiB. Name another file.`);
}

/** PEM, with or without line breaks, or DER in Base64. */
const CONTENTS = /[\r\n]|-----BEGIN|^MI[A-Za-z0-9+/]{40,}={0,2}$/;

const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "it does not exist",
    ENOTDIR: "it does not exist",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
};
