import { open } from "node:fs/promises";

const MEBIBYTE = 1024 * 1024;

/** No certificate, key or PFX file comes near; what is larger is another file, or one that never ends. */
const CERTIFICATE_MEBIBYTES = 4;

/**
 * Reads a file that a person named; pipes (`<(…)`) too, which have no size to ask for.
 *
 * @param option that named it, for the message
 * @param most how large it may be, in MiB
 * @throws Error with one line, which never holds contents
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
        if (file === "") throw new Error(`${option} is empty; name the file.`, { cause: error });
        // Whoever gives the contents must not find a key in the log of a pipeline.
        if (CONTENTS.test(file)) throw new Error(`${option} takes the name of a file, not its contents.`);
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(
            `The file of ${option} cannot be read: ${file} ${REASONS[code ?? ""] ?? `(${code})`}.`,
        );
    } finally {
        await handle?.close();
    }
    throw new Error(
        `The file of ${option} is larger than ${most} MiB: ${file} is not the one that is meant.`,
    );
}

/** PEM, also in one line, and DER in Base64. */
const CONTENTS = /[\r\n]|-----BEGIN|^MI[A-Za-z0-9+/]{40,}={0,2}$/;

const REASONS: Readonly<Record<string, string>> = {
    ENOENT: "does not exist",
    ENOTDIR: "does not exist",
    EACCES: "may not be read by this user",
    EISDIR: "is a folder",
};
