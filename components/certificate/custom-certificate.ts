import * as pulumi from "@pulumi/pulumi";
import {
    type CertificateSummary,
    type Finding,
    judgeServingCertificate,
    normalizePem,
    readPfx,
} from "../pki";
import type { ServingCertificate } from "./certificate-info";

/** A certificate of the user's own: `certificate` and `privateKey`, or `pfx`. */
export interface CustomCertificate {
    /** PEM chain. */
    certificate?: string;
    /** PEM. Secret. */
    privateKey?: string;
    /** A PKCS#12 file in Base64. Secret. */
    pfx?: string;
    /** Secret. */
    pfxPassword?: string;
    /** Every name that clients use. */
    hostnames: string[];
}

/** What a judgement means to whoever set the arguments. */
export interface CustomJudgement {
    /** What clients would refuse, with the argument to look at. */
    problems: pulumi.InputPropertyErrorDetails[];
    /** What a person should know although clients connect, with the argument in front. */
    warnings: string[];
    summary?: CertificateSummary;
    /** Chain and key in one plain form, whatever they were given in: the same certificate is the same text. Secret. */
    pem: string;
}

/** Judges a custom certificate as the arguments of `tls` that it was given in. */
export function judgeCustomCertificate(custom: CustomCertificate, now: Date): CustomJudgement {
    const { certificate = "", privateKey, findings: read, argumentOf } = readCustom(custom);
    const { findings, summary } = judgeServingCertificate(
        { certificate, privateKey, hostnames: custom.hostnames },
        now,
    );
    // Where no certificate came out of a PFX, it has been said why.
    const all = certificate === "" && read.length > 0 ? read : [...read, ...findings];
    const at = (severity: Finding["severity"]) => all.filter(one => one.severity === severity);
    const plain = normalizePem({ certificate, privateKey: privateKey ?? "" });
    return {
        problems: at("error").map(one => ({ propertyPath: argumentOf(one), reason: described(one) })),
        warnings: at("warning").map(one => `${argumentOf(one)}: ${described(one)}`),
        summary,
        pem: plain.certificate + plain.privateKey,
    };
}

/** The certificate that the front serves, judged when its values are known; a broken one goes no further. */
export function customCertificate(
    values: {
        [name in keyof Omit<CustomCertificate, "hostnames">]?: pulumi.Input<string>;
    } & { hostnames: pulumi.Input<string>[] },
    now: Date,
    fail: (problems: pulumi.InputPropertyErrorDetails[]) => Error,
    resource: pulumi.Resource,
): Required<ServingCertificate> {
    const judged = pulumi
        .all([
            values.certificate,
            pulumi.secret(values.privateKey),
            pulumi.secret(values.pfx),
            pulumi.secret(values.pfxPassword),
            pulumi.all(values.hostnames),
        ])
        .apply(([certificate, privateKey, pfx, pfxPassword, hostnames]) => {
            const custom = { certificate, privateKey, pfx, pfxPassword, hostnames };
            const { problems, warnings, summary, pem } = judgeCustomCertificate(custom, now);
            if (problems.length > 0 || !summary) throw fail(problems);
            for (const warning of warnings) void pulumi.log.warn(warning, resource);
            return { pem, summary };
        });
    return {
        pem: judged.apply(({ pem }) => pem),
        // What a server shows to everybody is no secret, whatever it was derived from.
        info: pulumi.unsecret(judged.apply(({ summary }) => summary)),
    };
}

interface Reading {
    certificate?: string;
    privateKey?: string;
    findings: Finding[];
    /** Which argument of `tls` a finding is about. */
    argumentOf: (finding: Finding) => string;
}

function readCustom({ certificate, privateKey, pfx, pfxPassword }: CustomCertificate): Reading {
    if (pfx === undefined) {
        return { certificate, privateKey: privateKey ?? "", findings: [], argumentOf: pemArgument };
    }
    return { ...readPfx(pfx, pfxPassword), argumentOf: pfxArgument };
}

/** What a reader says about a key starts with it; all else is about the certificate or the name. */
function pemArgument({ code }: Finding): string {
    if (code === "name-not-covered") return "tls.hostname";
    const aboutKey =
        /^(key-(is-.*|empty|unreadable|encrypted|too-large|type-unsupported)|no-key|several-keys)$/.test(
            code,
        );
    return aboutKey ? "tls.privateKey" : "tls.certificate";
}

function pfxArgument({ code }: Finding): string {
    if (code === "name-not-covered") return "tls.hostname";
    return code.startsWith("pfx-password-") ? "tls.pfxPassword" : "tls.pfx";
}

function described({ code, message, advice }: Finding): string {
    return `${code}: ${message} ${advice}`;
}
