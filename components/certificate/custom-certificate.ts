import * as pulumi from "@pulumi/pulumi";
import {
    type CertificateSummary,
    type Finding,
    judgeServingCertificate,
    normalizePem,
    readPfx,
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
    /** Every name that clients use. */
    hostnames: string[];
}

/** The findings of the certificate check, related to the arguments of `tls`. */
export interface CustomCertificateCheck {
    /** Findings that clients refuse, each with the argument to change. */
    problems: pulumi.InputPropertyErrorDetails[];
    /** Findings that clients accept. Each text starts with the argument. */
    warnings: string[];
    summary?: CertificateSummary;
    /** Chain and key in a normalized form, so that one certificate always gives the same text. Secret. */
    pem: string;
}

/** Checks a custom certificate. */
export function checkCustomCertificateValues(custom: CustomCertificate, now: Date): CustomCertificateCheck {
    const { certificate = "", privateKey, findings: read, argumentOf } = readCustom(custom);
    const { findings, summary } = judgeServingCertificate(
        { certificate, privateKey, hostnames: custom.hostnames },
        now,
    );
    // The findings of the reader explain why a PFX contains no certificate, so further findings would only repeat them.
    const all = certificate === "" && read.length > 0 ? read : [...read, ...findings];
    const at = (severity: Finding["severity"]) => all.filter(one => one.severity === severity);
    const plain = normalizePem({ certificate, privateKey: privateKey ?? "" });
    return {
        problems: at("error").map(one => ({ propertyPath: argumentOf(one), reason: withCode(one) })),
        warnings: at("warning").map(one => `${argumentOf(one)}: ${withCode(one)}`),
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
            pulumi.all(values.hostnames),
        ])
        .apply(([certificate, privateKey, pfx, pfxPassword, hostnames]) => {
            const custom = { certificate, privateKey, pfx, pfxPassword, hostnames };
            const { problems, warnings, summary, pem } = checkCustomCertificateValues(custom, now);
            if (problems.length > 0 || !summary) throw fail(problems);
            for (const warning of warnings) void pulumi.log.warn(warning, resource);
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
    /** The argument of `tls` that a finding is about. */
    argumentOf: (finding: Finding) => string;
}

function readCustom({ certificate, privateKey, pfx, pfxPassword }: CustomCertificate): Reading {
    if (pfx === undefined) {
        return { certificate, privateKey: privateKey ?? "", findings: [], argumentOf: pemArgument };
    }
    return { ...readPfx(pfx, pfxPassword), argumentOf: pfxArgument };
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
