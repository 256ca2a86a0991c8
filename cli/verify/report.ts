/** `skipped`: not checked, because a precondition failed or an option is missing. */
export type Outcome = "ok" | "warning" | "fault" | "skipped";

export interface Check {
    /** Stable, in kebab case, e.g. `certificate-names`. */
    name: string;
    outcome: Outcome;
    /** What the check observed. */
    seen: string;
    /** What to do; empty if nothing. */
    advice: string;
}

export interface Report {
    /** False if there is a fault. */
    ok: boolean;
    checks: Check[];
}

/** A temporary fault may disappear without a change, e.g. while DNS caches expire or the service starts. */
export interface CheckResult extends Check {
    temporary?: boolean;
}

export function ok(name: string, seen: string): CheckResult {
    return { name, outcome: "ok", seen, advice: "" };
}

export function skipped(name: string, seen: string, advice = ""): CheckResult {
    return { name, outcome: "skipped", seen, advice };
}

export function warning(name: string, seen: string, advice: string): CheckResult {
    return { name, outcome: "warning", seen, advice };
}

export function fault(name: string, seen: string, advice: string): CheckResult {
    return { name, outcome: "fault", seen, advice };
}

export function temporaryFault(name: string, seen: string, advice: string): CheckResult {
    return { ...fault(name, seen, advice), temporary: true };
}

/**
 * Makes text from a server safe to print: removes control characters, which a terminal would interpret, and replaces
 * `secrets`, in case the server returned one.
 */
export function printable(text: string, secrets: readonly string[]): string {
    return secrets
        .reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text)
        .replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}

export function makeReport(checks: readonly Check[], secrets: readonly string[]): Report {
    return {
        ok: checks.every(check => check.outcome !== "fault"),
        checks: checks.map(({ name, outcome, seen, advice }) => ({
            name,
            outcome,
            seen: printable(seen, secrets),
            advice: printable(advice, secrets),
        })),
    };
}
