import * as pulumi from "@pulumi/pulumi";
import { type CertificateSummary, type Finding, judgeServingCertificate, normalizePem } from "../pki";
import type { ServingCertificate } from "./serving-certificate";

/** A certificate of the user's own. */
export interface CustomCertificate {
    certificate: string;
    privateKey: string;
    /** Every name that clients use. */
    hostnames: string[];
}

/** What a judgement means to whoever set the arguments. */
export interface CustomJudgement {
    /** What clients would refuse, with the argument to look at. */
    problems: pulumi.InputPropertyErrorDetails[];
    /** What a person should know although clients connect. */
    warnings: string[];
    summary?: CertificateSummary;
}

/** Judges a custom certificate as `tls.certificate`, `tls.privateKey` and the names that it is for. */
export function judgeCustomCertificate(custom: CustomCertificate, now: Date): CustomJudgement {
    const { findings, summary } = judgeServingCertificate(custom, now);
    return {
        problems: findings
            .filter(one => one.severity === "error")
            .map(one => ({ propertyPath: argumentOf(one), reason: described(one) })),
        warnings: findings.filter(one => one.severity === "warning").map(described),
        summary,
    };
}

/** The certificate that the front serves, judged when its values are known; a broken one goes no further. */
export function customCertificate(
    values: {
        certificate: pulumi.Input<string>;
        privateKey: pulumi.Input<string>;
        hostnames: pulumi.Input<string>[];
    },
    now: Date,
    fail: (problems: pulumi.InputPropertyErrorDetails[]) => Error,
    resource: pulumi.Resource,
): ServingCertificate {
    const judged = pulumi
        .all([values.certificate, pulumi.secret(values.privateKey), pulumi.all(values.hostnames)])
        .apply(([certificate, privateKey, hostnames]) => {
            const { problems, warnings, summary } = judgeCustomCertificate(
                { certificate, privateKey, hostnames },
                now,
            );
            if (problems.length > 0 || !summary) throw fail(problems);
            for (const warning of warnings) void pulumi.log.warn(`tls.certificate: ${warning}`, resource);
            const plain = normalizePem({ certificate, privateKey });
            return { pem: plain.certificate + plain.privateKey, summary };
        });
    return {
        pem: judged.apply(({ pem }) => pem),
        // What a server shows to everybody is no secret, whatever it was derived from.
        info: pulumi.unsecret(judged.apply(({ summary }) => summary)),
    };
}

/** Codes about the key name it; all others are about the certificate or the name. */
function argumentOf({ code }: Finding): string {
    if (code === "name-not-covered") return "tls.hostname";
    const aboutKey = /^(key-(unreadable|encrypted|too-large|type-unsupported)|no-key|several-keys)$/.test(
        code,
    );
    return aboutKey ? "tls.privateKey" : "tls.certificate";
}

function described({ code, message, advice }: Finding): string {
    return `${code}: ${message} ${advice}`;
}
