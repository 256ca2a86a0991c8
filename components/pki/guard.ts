import type { Finding } from "./finding";

/** Lists the types of the elements of a file in PEM without their contents, except object identifiers, which are public. */
export const STRUCTURE_COMMAND = "openssl asn1parse -in FILE | sed '/OBJECT/!s/\\(prim: [^:]*\\):.*/\\1/'";

/**
 * Runs a step. An unexpected error becomes a finding, because a program that stops with a stack trace reports nothing else about the
 * certificate.
 *
 * @returns the result of the step; undefined when it failed
 */
export function guard<T>(step: string, findings: Finding[], run: () => T): T | undefined {
    try {
        return run();
    } catch (error) {
        findings.push(unexpectedError(step, error));
        return undefined;
    }
}

/** The finding for an error that no rule foresees. Contains only the type of the error: its message can contain parts of a secret. */
export function unexpectedError(step: string, error: unknown): Finding {
    const type = error instanceof Error ? error.name : typeof error;
    return {
        code: "unexpected-error",
        severity: "error",
        message: `The check ${step} failed unexpectedly (${type}), so the certificate was not checked completely.`,
        advice: `This is a fault of this program. Report it with the output of this command, which has no contents of the certificate: ${STRUCTURE_COMMAND}.`,
    };
}
