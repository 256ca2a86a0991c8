import { isIP } from "node:net";
import {
    type Certificate,
    type Finding,
    type Judgement,
    decodeFile,
    normalizeHostname,
    guard,
    judgeWithOpenssl,
    readPfx,
    readRoots,
} from "../../components/pki";
import { readNamedFile } from "../files";
import { readSecretVariable } from "../secret-variable";

export interface CheckFlags {
    cert?: string;
    key?: string;
    pfx?: string;
    pfxPasswordEnv?: string;
    hostname: string[];
    now?: string;
    roots?: string;
    allowSelfSigned?: true;
}

/** The certificate to check and how to check it. Contains the private key. */
export interface Subject {
    /** PEM. Absent if a PFX file has none; a finding then gives the reason. */
    certificate?: string;
    privateKey?: string;
    /** Findings about the PFX file itself. */
    findings: Finding[];
    hostnames: string[];
    now: Date;
    roots?: Certificate[];
    selfSignedAllowed: boolean;
}

/**
 * Reads the files and values that the options name.
 *
 * @throws Error with one line if an option is missing, conflicts with another, or names an unreadable file
 */
export async function readSubject(flags: CheckFlags, environment: NodeJS.ProcessEnv): Promise<Subject> {
    // Checks all options before it opens a file.
    const readFiles = filesOf(flags, environment);
    const hostnames = flags.hostname.map(asHostname);
    const now = flags.now === undefined ? new Date() : asTime(flags.now);
    const roots = flags.roots === undefined ? undefined : await rootsOf(flags.roots);
    const selfSignedAllowed = flags.allowSelfSigned ?? false;
    return { ...(await readFiles()), hostnames, now, roots, selfSignedAllowed };
}

/** Applies all certificate rules, and asks OpenSSL. Never throws. */
export async function checkCertificate({ findings, certificate, ...subject }: Subject): Promise<Judgement> {
    if (certificate === undefined) return { findings };
    const { now, roots, selfSignedAllowed, hostnames, privateKey } = subject;
    const serving = { certificate, privateKey, hostnames };
    const judgement = await judgeWithOpenssl(serving, now, { roots, selfSignedAllowed });
    return { ...judgement, findings: [...findings, ...judgement.findings] };
}

type Files = Pick<Subject, "certificate" | "privateKey" | "findings">;

function filesOf(flags: CheckFlags, environment: NodeJS.ProcessEnv): () => Promise<Files> {
    const { cert, key, pfx, pfxPasswordEnv: variable } = flags;
    if (pfx !== undefined) {
        if (cert !== undefined || key !== undefined)
            throw new Error("--pfx conflicts with --cert and --key. Use one or the other.");
        const password =
            variable === undefined
                ? undefined
                : readSecretVariable("--pfx-password-env", variable, environment);
        return async () => {
            const file = await readNamedFile("--pfx", pfx);
            const findings: Finding[] = [];
            return guard("of the PFX file", findings, () => readPfx(file, password)) ?? { findings };
        };
    }
    if (variable !== undefined) throw new Error("--pfx-password-env requires --pfx.");
    if (cert === undefined && key === undefined) {
        throw new Error("No certificate. Set --cert and --key, or --pfx.");
    }
    if (cert === undefined) throw new Error("--key requires --cert.");
    if (key === undefined) throw new Error("--cert requires --key.");
    return async () => ({
        certificate: decodeFile(await readNamedFile("--cert", cert)),
        privateKey: decodeFile(await readNamedFile("--key", key)),
        findings: [],
    });
}

function asHostname(text: string): string {
    if (isIP(text) || normalizeHostname(text) !== undefined) return text;
    const what = JSON.stringify(text);
    throw new Error(
        `--hostname: ${what} is not a host name or IP address. Give it without scheme, brackets, wildcard, port and path.`,
    );
}

/** Dates and times without a zone are UTC, so that the result does not depend on the machine's time zone. */
function asTime(text: string): Date {
    const [, date, time, zone] =
        /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(
            text,
        ) ?? [];
    const moment = new Date(`${date}T${time ?? "00:00"}${zone?.toUpperCase() ?? "Z"}`);
    // Date accepts the 31st in every month and rolls over to the next.
    const day = new Date(`${date}T00:00Z`);
    if (date === undefined || isNaN(moment.getTime()) || day.toISOString().slice(0, 10) !== date) {
        throw new Error(
            `--now: ${JSON.stringify(text)} is not an ISO 8601 time. Example: 2026-11-24T12:00:00Z.`,
        );
    }
    return moment;
}

async function rootsOf(file: string): Promise<Certificate[]> {
    const text = decodeFile(await readNamedFile("--roots", file));
    try {
        return readRoots(text);
    } catch (error) {
        throw new Error(`--roots: the file cannot be used: ${(error as Error).message}`);
    }
}
