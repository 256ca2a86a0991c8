import { styleText } from "node:util";
import type { Finding, Judgement } from "../../components/pki";
import { printable } from "../verify/report";

const COLOURS = { error: "red", warning: "yellow", info: "gray" } as const;

/** Whether clients accept the certificate. Warnings do not count. */
export function isValid({ findings, summary }: Judgement): boolean {
    return summary !== undefined && findings.every(one => one.severity !== "error");
}

/** JSON for programs. The field names are stable. */
export function renderJson(judgement: Judgement): string {
    const findings = judgement.findings.map(shown);
    return JSON.stringify({ valid: isValid(judgement), findings }, undefined, 4);
}

/** Text for people: the certificate, each finding with its advice, and the result. */
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
    return [...facts.map(line => printable(line, [])), ...findings, verdict].join("\n");
}

/** The stable fields in a stable order, without control characters, which a certificate can contain. */
function shown({ code, severity, message, advice }: Finding): Finding {
    return { code, severity, message: printable(message, []), advice: printable(advice, []) };
}

/** One finding as text, without colours. */
export function renderFinding(finding: Finding): string {
    const { severity, code, message, advice } = shown(finding);
    return `${severity} ${code}\n    ${message}\n    ${advice}`;
}
