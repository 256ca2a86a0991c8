import { lstat, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { type Finding, readPfx } from "../../components/pki";
import { readNamedFile } from "../files";
import { readVariable } from "../variable";

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
    const password =
        pfxPasswordEnv === undefined
            ? undefined
            : readVariable("--pfx-password-env", pfxPasswordEnv, environment);
    if (cert !== STDOUT && path.resolve(cert) === path.resolve(key)) {
        throw new Error("--cert and --key name the same file; give each its own.");
    }
    for (const [option, file] of Object.entries({ "--cert": cert, "--key": key })) {
        if (path.resolve(file) !== path.resolve(pfx)) continue;
        throw new Error(`${option} names the PFX file itself; give another.`);
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

/** Before anything is written: devices and links are nobody's PEM files, with `--force` neither. */
async function refuseTaken(option: string, file: string, force: boolean): Promise<void> {
    if (file === STDOUT) return;
    const there = await lstat(file).catch(() => undefined);
    if (there === undefined) return;
    if (!there.isFile()) throw new Error(`${option} names ${file}, which is no plain file.`);
    if (!force)
        throw new Error(`${option} names ${file}, which is there already; add --force to replace it.`);
}

/** All or none. A file that is replaced is never half written, and its permissions are the new ones. */
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
            throw new Error(`The file of ${option} cannot be written: ${file} (${code}).`, { cause: error });
        }
    }
    if (force) for (const { file } of files) await rename(place(file), file);
}
