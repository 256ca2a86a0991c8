import { lstat, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { type Finding, readPfx } from "../../components/pki";
import { readNamedFile } from "./files";
import { passwordOf } from "./password";

export interface ConvertFlags {
    pfx: string;
    pfxPasswordEnv?: string;
    cert: string;
    key: string;
    force?: true;
    showKey?: true;
}

/** Where `-` goes to. */
export interface Output {
    isTTY?: boolean;
    write: (text: string) => unknown;
}

export interface Conversion {
    /** With an error, nothing was written. */
    findings: Finding[];
    converted: boolean;
}

const STDOUT = "-";
/** For its owner alone. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/**
 * Writes certificate and key of a PFX as PEM.
 *
 * @throws Error with one line when an option or a file cannot be used
 */
export async function convertPfx(
    flags: ConvertFlags,
    environment: NodeJS.ProcessEnv,
    output: Output,
): Promise<Conversion> {
    const { pfx, pfxPasswordEnv, cert, key, force = false, showKey } = flags;
    const password = passwordOf(pfxPasswordEnv, environment);
    if (cert !== STDOUT && path.resolve(cert) === path.resolve(key)) {
        throw new Error("--cert and --key name the same file; give each its own.");
    }
    if (key === STDOUT && output.isTTY && !showKey) {
        throw new Error(
            "--key - would show the private key on this terminal; add --show-key if that is meant.",
        );
    }
    await refuseTaken("--cert", cert, force);
    await refuseTaken("--key", key, force);
    const { certificate, privateKey, findings } = readPfx(await readNamedFile("--pfx", pfx), password);
    if (certificate === undefined || privateKey === undefined) return { findings, converted: false };
    const put = async (option: string, file: string, text: string, mode: number): Promise<unknown> =>
        file === STDOUT ? output.write(text) : await writeNew(option, file, text, mode, force);
    await put("--cert", cert, certificate, CERTIFICATE_MODE);
    await put("--key", key, privateKey, KEY_MODE);
    return { findings, converted: true };
}

/** Before anything is written: devices and links are nobody's PEM files, with `--force` neither. */
async function refuseTaken(option: string, file: string, force: boolean): Promise<void> {
    if (file === STDOUT) return;
    const there = await lstat(file).catch(() => undefined);
    if (there === undefined) return;
    if (!there.isFile()) throw new Error(`${option} names ${file}, which is no plain file.`);
    if (!force)
        throw new Error(`${option} names ${file}, which is there already; add --force to replace it.`);
}

/** A file that is replaced is never half written, and its permissions are the new ones. */
async function writeNew(
    option: string,
    file: string,
    text: string,
    mode: number,
    force: boolean,
): Promise<void> {
    const written = force ? `${file}.${process.pid}` : file;
    try {
        await writeFile(written, text, { mode, flag: "wx" });
        if (force) await rename(written, file);
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EEXIST") await rm(written, { force: true });
        throw new Error(`The file of ${option} cannot be written: ${file} (${code}).`, { cause: error });
    }
}
