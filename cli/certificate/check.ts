import { isIP } from "node:net";
import {
    type Certificate,
    type Finding,
    type Judgement,
    canonicalName,
    judgeServingCertificate,
    readPfx,
    readRoots,
} from "../../components/pki";
import { readNamedFile } from "../files";
import { readVariable } from "../variable";

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

/** What is to be judged. Holds the key. */
export interface Subject {
    /** PEM; absent when a finding says why. */
    certificate?: string;
    privateKey?: string;
    /** What there was to say about the file itself. */
    findings: Finding[];
    hostnames: string[];
    now: Date;
    roots?: Certificate[];
    selfSignedAllowed: boolean;
}

/**
 * Reads what the options name.
 *
 * @throws Error with one line when an option is missing, contradicts another or names what cannot be read
 */
export async function readSubject(flags: CheckFlags, environment: NodeJS.ProcessEnv): Promise<Subject> {
    // All that can be wrong with the options themselves, before any file is opened.
    const readFiles = filesOf(flags, environment);
    const hostnames = flags.hostname.map(asHostname);
    const now = flags.now === undefined ? new Date() : asTime(flags.now);
    const roots = flags.roots === undefined ? undefined : await rootsOf(flags.roots);
    const selfSignedAllowed = flags.allowSelfSigned ?? false;
    return { ...(await readFiles()), hostnames, now, roots, selfSignedAllowed };
}

/** Judges it by all rules. Never throws. */
export function checkCertificate({ findings, certificate, ...subject }: Subject): Judgement {
    if (certificate === undefined) return { findings };
    const { now, roots, selfSignedAllowed, hostnames, privateKey } = subject;
    const serving = { certificate, privateKey, hostnames };
    const judgement = judgeServingCertificate(serving, now, { roots, selfSignedAllowed });
    return { ...judgement, findings: [...findings, ...judgement.findings] };
}

type Files = Pick<Subject, "certificate" | "privateKey" | "findings">;

function filesOf(flags: CheckFlags, environment: NodeJS.ProcessEnv): () => Promise<Files> {
    const { cert, key, pfx, pfxPasswordEnv: variable } = flags;
    if (pfx !== undefined) {
        if (cert !== undefined || key !== undefined)
            throw new Error("Give either --pfx, or --cert and --key.");
        const password =
            variable === undefined ? undefined : readVariable("--pfx-password-env", variable, environment);
        return async () => readPfx(await readNamedFile("--pfx", pfx), password);
    }
    if (variable !== undefined) throw new Error("--pfx-password-env is for --pfx only.");
    if (cert === undefined && key === undefined) {
        throw new Error("Name the files with --cert and --key, or with --pfx.");
    }
    if (cert === undefined) throw new Error("--cert is missing beside --key.");
    if (key === undefined) throw new Error("--key is missing beside --cert.");
    return async () => ({
        certificate: (await readNamedFile("--cert", cert)).toString("utf8"),
        privateKey: (await readNamedFile("--key", key)).toString("utf8"),
        findings: [],
    });
}

function asHostname(text: string): string {
    if (isIP(text) || canonicalName(text) !== undefined) return text;
    const what = JSON.stringify(text);
    throw new Error(
        `--hostname ${what} is no host name or IP address; give it without scheme, brackets, wildcard, port and path.`,
    );
}

/** A date alone, and a time without zone, are UTC: the answer must not depend on whose machine it is. */
function asTime(text: string): Date {
    const [, date, time, zone] =
        /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(
            text,
        ) ?? [];
    const moment = new Date(`${date}T${time ?? "00:00"}${zone?.toUpperCase() ?? "Z"}`);
    // Date takes the 31st of any month.
    const day = new Date(`${date}T00:00Z`);
    if (date === undefined || isNaN(moment.getTime()) || day.toISOString().slice(0, 10) !== date) {
        throw new Error(
            `--now ${JSON.stringify(text)} is no time in ISO 8601, such as 2026-11-24T12:00:00Z.`,
        );
    }
    return moment;
}

async function rootsOf(file: string): Promise<Certificate[]> {
    const text = (await readNamedFile("--roots", file)).toString("utf8");
    try {
        return readRoots(text);
    } catch (error) {
        throw new Error(`The file of --roots cannot be used: ${(error as Error).message}`);
    }
}
