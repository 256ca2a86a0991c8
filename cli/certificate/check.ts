import { isIP } from "node:net";
import {
    type Certificate,
    type Finding,
    type Judgement,
    canonicalName,
    judgeServingCertificate,
    readCertificates,
} from "../../components/pki";
import { readNamedFile } from "./files";

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

/** What is to be judged, as read from the files. Holds the key. */
export interface Subject {
    certificate: string;
    privateKey: string;
    hostnames: string[];
    now: Date;
    roots?: Certificate[];
    selfSignedAllowed: boolean;
    /** What the reader of the file had to say. */
    findings: Finding[];
}

/**
 * Reads what the options name.
 *
 * @throws Error with one line when an option is missing, contradicts another or names what cannot be read
 */
export async function readSubject(flags: CheckFlags, environment: NodeJS.ProcessEnv): Promise<Subject> {
    const { cert, key, pfx, pfxPasswordEnv } = flags;
    if (pfx !== undefined && (cert !== undefined || key !== undefined)) {
        throw new Error("Give either --pfx, or --cert and --key.");
    }
    if (pfx === undefined && cert === undefined && key === undefined) {
        throw new Error("Name the files with --cert and --key, or with --pfx.");
    }
    if (pfx === undefined && cert === undefined) throw new Error("--cert is missing beside --key.");
    if (pfx === undefined && key === undefined) throw new Error("--key is missing beside --cert.");
    if (pfx === undefined && pfxPasswordEnv !== undefined) {
        throw new Error("--pfx-password-env is for --pfx only.");
    }
    const subject = {
        hostnames: flags.hostname.map(asHostname),
        now: flags.now === undefined ? new Date() : asTime(flags.now),
        roots: flags.roots === undefined ? undefined : await readRoots(flags.roots),
        selfSignedAllowed: flags.allowSelfSigned ?? false,
    };
    return {
        ...subject,
        certificate: (await readNamedFile("--cert", cert ?? "")).toString("utf8"),
        privateKey: (await readNamedFile("--key", key ?? "")).toString("utf8"),
        findings: [],
    };
}

/** Judges it by all rules. Never throws. */
export function checkCertificate(subject: Subject): Judgement {
    const { findings, now, roots, selfSignedAllowed, ...serving } = subject;
    if (findings.some(one => one.severity === "error")) return { findings };
    const judgement = judgeServingCertificate(serving, now, { roots, selfSignedAllowed });
    return { ...judgement, findings: [...findings, ...judgement.findings] };
}

function asHostname(text: string): string {
    if (isIP(text) || canonicalName(text) !== undefined) return text;
    const what = JSON.stringify(text);
    throw new Error(
        `--hostname ${what} is no host name or IP address; give it without scheme, port and path.`,
    );
}

/** A date alone, and a time without zone, are UTC: the answer must not depend on whose machine it is. */
function asTime(text: string): Date {
    const [, date, time, zone] =
        /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(
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

async function readRoots(file: string): Promise<Certificate[]> {
    const { certificates, findings } = readCertificates(
        (await readNamedFile("--roots", file)).toString("utf8"),
    );
    const [broken] = findings.filter(one => one.severity === "error");
    if (broken) throw new Error(`The file of --roots cannot be used: ${broken.message}`);
    return certificates;
}
