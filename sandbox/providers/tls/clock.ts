/** By how many hours the clock of certificates is ahead (or, below zero, behind), so that nobody has to wait for a renewal. */
export const HOURS_AHEAD = "AZURE_SECURE_INFERENCE_SANDBOX_TLS_HOURS_AHEAD";

const HOUR_MS = 3_600_000;

/** The clock that certificates go by. */
export function tlsClock(environment: NodeJS.ProcessEnv): () => Date {
    const text = environment[HOURS_AHEAD] ?? "0";
    const hours = Number(text);
    if (!Number.isFinite(hours)) {
        throw new Error(`${HOURS_AHEAD} is ${JSON.stringify(text)}; give a number of hours.`);
    }
    return () => new Date(Date.now() + hours * HOUR_MS);
}
