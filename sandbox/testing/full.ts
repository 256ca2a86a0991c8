/** True in `npm run test:all` (`TEST_FULL=1`): every test runs, with the full number of random inputs. */
export const FULL = process.env.TEST_FULL === "1";

/** The number of random inputs of a test. */
export function runs(short: number, full: number): number {
    return FULL ? full : short;
}
