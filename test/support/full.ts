/** Whether every random test makes its full number of runs: `TEST_FULL=1`. Otherwise they make a few, so that tests end in seconds. */
export const FULL = process.env.TEST_FULL === "1";

/** The number of runs of a random test. */
export function runs(short: number, full: number): number {
    return FULL ? full : short;
}
