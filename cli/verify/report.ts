/** `skipped`: could not be looked at, because something that it depends on failed or was not given. */
export type Outcome = "ok" | "warning" | "fault" | "skipped";

export interface Check {
    /** Stable, in kebab case, e.g. `certificate-names`. */
    name: string;
    outcome: Outcome;
    /** What was seen. */
    seen: string;
    /** What to do; empty when there is nothing to do. */
    advice: string;
}

export interface Report {
    /** False when there is a fault. */
    ok: boolean;
    checks: Check[];
}

/** A fault that time alone may heal (DNS that spreads, a service that starts) is worth waiting for. */
export interface Finished extends Check {
    mayPass?: boolean;
}

export function ok(name: string, seen: string): Finished {
    return { name, outcome: "ok", seen, advice: "" };
}

export function skipped(name: string, seen: string, advice = ""): Finished {
    return { name, outcome: "skipped", seen, advice };
}

export function warning(name: string, seen: string, advice: string): Finished {
    return { name, outcome: "warning", seen, advice };
}

export function fault(name: string, seen: string, advice: string): Finished {
    return { name, outcome: "fault", seen, advice };
}

export function passingFault(name: string, seen: string, advice: string): Finished {
    return { ...fault(name, seen, advice), mayPass: true };
}

/**
 * Servers decide a part of what is shown: control characters (a terminal would obey them) are taken out, and so are
 * `secrets`, should a server send one back.
 */
export function showable(text: string, secrets: readonly string[]): string {
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
            seen: showable(seen, secrets),
            advice: showable(advice, secrets),
        })),
    };
}
