import { styleText } from "node:util";
import type { Finding, Judgement } from "../../components/pki";
import { showable } from "../verify/report";

const COLOURS = { error: "red", warning: "yellow", info: "gray" } as const;

/** Whether clients will take it: warnings do not keep them from it. */
export function isValid({ findings, summary }: Judgement): boolean {
    return summary !== undefined && findings.every(one => one.severity !== "error");
}

/** For programs. The names are a promise: pipelines read them. */
export function renderJson(judgement: Judgement): string {
    const findings = judgement.findings.map(shown);
    return JSON.stringify({ valid: isValid(judgement), findings }, undefined, 4);
}

/** For people: the verdict, what the certificate is, and each finding with what to do about it. */
export function renderText(judgement: Judgement, { colour }: { colour: boolean }): string {
    const paint = (severity: Finding["severity"]) =>
        colour ? styleText(COLOURS[severity], severity, { validateStream: false }) : severity;
    const { summary } = judgement;
    const facts = summary
        ? [
              `Subject  ${summary.subject}`,
              `Names    ${summary.names.join(", ") || "(none)"}`,
              `Issuer   ${summary.issuer}`,
              `Valid    ${summary.notBefore} to ${summary.notAfter}`,
              `SHA-256  ${summary.fingerprint}`,
              "",
          ]
        : [];
    const findings = judgement.findings
        .map(shown)
        .flatMap(({ severity, code, message, advice }) => [
            `${paint(severity)} ${code}`,
            `    ${message}`,
            `    ${advice}`,
            "",
        ]);
    const verdict = isValid(judgement) ? "The certificate is valid." : "The certificate is not valid.";
    return [...facts.map(line => showable(line, [])), ...findings, verdict].join("\n");
}

/** In the order in which they were promised, without control characters, which a certificate can carry. */
function shown({ code, severity, message, advice }: Finding): Finding {
    return { code, severity, message: showable(message, []), advice: showable(advice, []) };
}

/** One finding for people, without colours. */
export function renderFinding(finding: Finding): string {
    const { severity, code, message, advice } = shown(finding);
    return `${severity} ${code}\n    ${message}\n    ${advice}`;
}
