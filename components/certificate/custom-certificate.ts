import * as pulumi from "@pulumi/pulumi";
import {
    type Certificate,
    type CertificateSummary,
    type Finding,
    type Judgement,
    guard,
    judgeServingCertificate,
    judgeWithOpenssl,
    normalizePem,
    readPfx,
    readRoots,
} from "../pki";
import type { ServingCertificate } from "./certificate-info";

/** The user's certificate: either `certificate` and `privateKey`, or `pfx`. */
export interface CustomCertificate {
    /** PEM chain. */
    certificate?: string;
    /** PEM. Secret. */
    privateKey?: string;
    /** A PKCS#12 file in Base64. Secret. */
    pfx?: string;
    /** Secret. */
    pfxPassword?: string;
    /** PEM certificates of the only roots that clients trust. */
    trustedRoots?: string;
    /** Every name that clients use. */
    hostnames: string[];
}

/** The findings of the certificate check, related to the arguments of `tls`. */
export interface CustomCertificateCheck {
    /** Findings that clients refuse, each with the argument to change. */
    problems: pulumi.InputPropertyErrorDetails[];
    /** Findings that clients accept. Each text starts with the argument. */
    warnings: string[];
    /** Where the chain ends, when trust is not checked. */
    notes: string[];
    summary?: CertificateSummary;
    /** Chain and key in a normalized form, so that one certificate always gives the same text. Secret. */
    pem: string;
}

/** Applies the rules to a custom certificate. */
export function checkCustomCertificateValues(custom: CustomCertificate, now: Date): CustomCertificateCheck {
    const reading = readCustom(custom);
    return describe(reading, judgeServingCertificate(servingOf(reading, custom), now, reading));
}

/** Applies the rules to a custom certificate, and asks OpenSSL whether a client accepts it. */
async function checkAsClient(custom: CustomCertificate, now: Date): Promise<CustomCertificateCheck> {
    const reading = readCustom(custom);
    return describe(reading, await judgeWithOpenssl(servingOf(reading, custom), now, reading));
}

function servingOf({ certificate = "", privateKey }: Reading, { hostnames }: CustomCertificate) {
    return { certificate, privateKey, hostnames };
}

function describe(reading: Reading, { findings, summary }: Judgement): CustomCertificateCheck {
    const { certificate = "", privateKey = "", findings: read, argumentOf } = reading;
    // The findings of the reader explain why a PFX contains no certificate, so further findings would only repeat them.
    const all = certificate === "" && read.length > 0 ? read : [...read, ...findings];
    const lines = (chosen: Finding[]) => chosen.map(one => `${argumentOf(one)}: ${withCode(one)}`);
    const plain = normalizePem({ certificate, privateKey });
    return {
        problems: [
            ...reading.rootsProblems,
            ...all
                .filter(one => one.severity === "error")
                .map(one => ({ propertyPath: argumentOf(one), reason: withCode(one) })),
        ],
        warnings: lines(all.filter(one => one.severity === "warning")),
        notes: lines(all.filter(one => one.code === "trust-not-checked")),
        summary,
        pem: plain.certificate + plain.privateKey,
    };
}

/** The certificate for the front. Checks it when its values are known, and throws when clients would refuse it. */
export function customCertificate(
    values: {
        [name in keyof Omit<CustomCertificate, "hostnames">]?: pulumi.Input<string>;
    } & { hostnames: pulumi.Input<string>[] },
    now: Date,
    fail: (problems: pulumi.InputPropertyErrorDetails[]) => Error,
    resource: pulumi.Resource,
): Required<ServingCertificate> {
    const checked = pulumi
        .all([
            values.certificate,
            pulumi.secret(values.privateKey),
            pulumi.secret(values.pfx),
            pulumi.secret(values.pfxPassword),
            values.trustedRoots,
            pulumi.all(values.hostnames),
        ])
        .apply(async ([certificate, privateKey, pfx, pfxPassword, trustedRoots, hostnames]) => {
            const custom = { certificate, privateKey, pfx, pfxPassword, trustedRoots, hostnames };
            const { problems, warnings, notes, summary, pem } = await checkAsClient(custom, now);
            if (problems.length > 0 || !summary) throw fail(problems);
            for (const warning of warnings) void pulumi.log.warn(warning, resource);
            for (const note of notes) void pulumi.log.info(note, resource);
            return { pem, summary };
        });
    return {
        pem: checked.apply(({ pem }) => pem),
        // A server presents this information to every client, so it is not secret although it is derived from secrets.
        info: pulumi.unsecret(checked.apply(({ summary }) => summary)),
    };
}

interface Reading {
    certificate?: string;
    privateKey?: string;
    findings: Finding[];
    /** Absent: trust is not checked. */
    roots?: Certificate[];
    rootsProblems: pulumi.InputPropertyErrorDetails[];
    /** The argument of `tls` that a finding is about. */
    argumentOf: (finding: Finding) => string;
}

function readCustom(custom: CustomCertificate): Reading {
    const { certificate, privateKey, pfx, pfxPassword } = custom;
    const trust = readTrustedRoots(custom);
    if (pfx === undefined) {
        return {
            ...{ certificate, privateKey: privateKey ?? "", findings: [], argumentOf: pemArgument },
            ...trust,
        };
    }
    const findings: Finding[] = [];
    const read = guard("of the PFX file", findings, () => readPfx(pfx, pfxPassword)) ?? { findings };
    return { ...read, ...trust, argumentOf: pfxArgument };
}

function readTrustedRoots({ trustedRoots }: CustomCertificate): Pick<Reading, "roots" | "rootsProblems"> {
    if (trustedRoots === undefined) return { rootsProblems: [] };
    try {
        return { roots: readRoots(trustedRoots), rootsProblems: [] };
    } catch (error) {
        const reason = `${(error as Error).message} Set it to the PEM certificates of the roots that clients trust.`;
        return { rootsProblems: [{ propertyPath: "tls.trustedRoots", reason }] };
    }
}

/** The codes of the key reader identify findings about the key; the others are about the certificate or the host name. */
function pemArgument({ code }: Finding): string {
    if (code === "name-not-covered") return "tls.hostname";
    const aboutKey =
        /^(key-(is-.*|empty|unreadable|wrapped|mislabelled|encrypted|too-large|type-unsupported)|no-key|several-keys)$/.test(
            code,
        );
    return aboutKey ? "tls.privateKey" : "tls.certificate";
}

function pfxArgument({ code }: Finding): string {
    if (code === "name-not-covered") return "tls.hostname";
    return code.startsWith("pfx-password-") ? "tls.pfxPassword" : "tls.pfx";
}

function withCode({ code, message, advice }: Finding): string {
    return `${code}: ${message} ${advice}`;
}
