/** An environment variable for tests of renewal: the number of hours, maybe negative, that are added to the present time. */
export const HOURS_AHEAD = "AZURE_SECURE_INFERENCE_SANDBOX_TLS_HOURS_AHEAD";

const HOUR_MS = 3_600_000;

/** The clock for the validity and renewal of certificates. */
export function tlsClock(environment: NodeJS.ProcessEnv): () => Date {
    const text = environment[HOURS_AHEAD] ?? "0";
    const hours = Number(text);
    if (!Number.isFinite(hours)) {
        throw new Error(
            `${HOURS_AHEAD}: ${JSON.stringify(text)} is not a number of hours. Set it to a number, or remove it.`,
        );
    }
    return () => new Date(Date.now() + hours * HOUR_MS);
}
