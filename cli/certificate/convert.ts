import { lstat, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { type Finding, readPfx } from "../../components/pki";
import { readNamedFile } from "../files";
import { readSecretVariable } from "../secret-variable";

export interface ConvertFlags {
    pfx: string;
    pfxPasswordEnv?: string;
    cert: string;
    key: string;
    force?: true;
    showKey?: true;
}

/** Standard output, the destination of `-`. */
export interface Output {
    isTTY?: boolean;
    write: (text: string) => unknown;
}

export interface Conversion {
    /** If one of them is an error, no file was written. */
    findings: Finding[];
    converted: boolean;
}

const STDOUT = "-";
/** Only the owner can read it. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/**
 * Writes the certificate chain and the key of a PFX file as PEM.
 *
 * @throws Error with one line if an option or a file cannot be used
 */
export async function convertPfx(
    flags: ConvertFlags,
    environment: NodeJS.ProcessEnv,
    output: Output,
): Promise<Conversion> {
    const { pfx, pfxPasswordEnv, cert, key, force = false, showKey } = flags;
    const password =
        pfxPasswordEnv === undefined
            ? undefined
            : readSecretVariable("--pfx-password-env", pfxPasswordEnv, environment);
    if (cert !== STDOUT && path.resolve(cert) === path.resolve(key)) {
        throw new Error("--cert and --key name the same file. Name two files.");
    }
    for (const [option, file] of Object.entries({ "--cert": cert, "--key": key })) {
        if (path.resolve(file) !== path.resolve(pfx)) continue;
        throw new Error(`${option} names the PFX file. Name another file.`);
    }
    if (key === STDOUT && output.isTTY && !showKey) {
        throw new Error("--key - prints the private key on this terminal. Add --show-key to allow it.");
    }
    await checkDestination("--cert", cert, force);
    await checkDestination("--key", key, force);
    const { certificate, privateKey, findings } = readPfx(await readNamedFile("--pfx", pfx), password);
    if (certificate === undefined || privateKey === undefined) return { findings, converted: false };
    const files: NewFile[] = [
        { option: "--cert", file: cert, text: certificate, mode: CERTIFICATE_MODE },
        { option: "--key", file: key, text: privateKey, mode: KEY_MODE },
    ];
    await writeAll(
        files.filter(({ file }) => file !== STDOUT),
        force,
    );
    for (const { text } of files.filter(({ file }) => file === STDOUT)) output.write(text);
    return { findings, converted: true };
}

interface NewFile {
    option: string;
    file: string;
    text: string;
    mode: number;
}

/** Fails before anything is written. Devices and links are never replaced, even with `--force`. */
async function checkDestination(option: string, file: string, force: boolean): Promise<void> {
    if (file === STDOUT) return;
    const there = await lstat(file).catch(() => undefined);
    if (there === undefined) return;
    if (!there.isFile()) throw new Error(`${option}: ${file} is not a regular file.`);
    if (!force) throw new Error(`${option}: ${file} exists. Add --force to replace it.`);
}

/** Writes all files or none. A replaced file is never partly written, and gets the new permissions. */
async function writeAll(files: readonly NewFile[], force: boolean): Promise<void> {
    const place = (file: string): string => (force ? `${file}.${process.pid}` : file);
    const written: string[] = [];
    for (const { option, file, text, mode } of files) {
        try {
            await writeFile(place(file), text, { mode, flag: "wx" });
            written.push(place(file));
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            if (code !== "EEXIST") written.push(place(file));
            await Promise.all(written.map(one => rm(one, { force: true })));
            throw new Error(`${option}: cannot write ${file} (${code}).`, { cause: error });
        }
    }
    if (force) for (const { file } of files) await rename(place(file), file);
}
