import type { GroupStatus } from "./container-status";

/** The clock of the wait; tests replace it. */
export interface Clock {
    now(): Date;
    sleep(milliseconds: number): Promise<void>;
}

export interface GateWait {
    /** Checks the revision once. Resolves to its problem, or to undefined when DNS may point to it. */
    check: () => Promise<string | undefined>;
    /** Asks Azure once for the status of the container group. */
    readStatus: () => Promise<GroupStatus>;
    timeoutSeconds: number;
    clock: Clock;
}

const CHECK_INTERVAL_MS = 1_000;
const CHECKS_PER_STATUS = 10;
/** Consecutive successful checks: a single one could be chance. */
const REQUIRED_SUCCESSES = 3;

/** Waits until the revision passes its checks. Resolves to the reason when it fails or the time is over. */
export async function waitUntilReady({
    check,
    readStatus,
    timeoutSeconds,
    clock,
}: GateWait): Promise<string | undefined> {
    const deadline = clock.now().getTime() + timeoutSeconds * 1000;
    let successes = 0;
    for (let checks = 1; ; checks++) {
        const problem = await check();
        successes = problem === undefined ? successes + 1 : 0;
        if (successes === REQUIRED_SUCCESSES) return undefined;
        if (problem !== undefined) {
            const timedOut = clock.now().getTime() >= deadline;
            const { failure, warnings }: GroupStatus =
                timedOut || checks % CHECKS_PER_STATUS === 0 ? await readStatus() : { warnings: [] };
            const reason =
                failure ?? (timedOut ? `it was not ready after ${timeoutSeconds} seconds` : undefined);
            if (reason !== undefined) return [reason, `last check: ${problem}`, ...warnings].join("; ");
        }
        await clock.sleep(CHECK_INTERVAL_MS);
    }
}
