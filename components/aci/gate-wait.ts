/** Time, which tests let go by as they like. */
export interface Clock {
    now(): Date;
    sleep(milliseconds: number): Promise<void>;
}

export interface GateWait {
    /** Looks once: what keeps the name from leading to the revision, or nothing. */
    look(): Promise<string | undefined>;
    /** Asks once whether there is a reason for which it never will; for that, somebody else has to be asked. */
    failure(): Promise<string | undefined>;
    timeoutSeconds: number;
    clock: Clock;
}

const BETWEEN_LOOKS_MS = 1_000;
const LOOKS_BETWEEN_FAILURES = 10;
/** One good answer can be luck. */
const GOOD_LOOKS = 3;

/** Waits until the revision is good, and says why it gave up when it does not become so. */
export async function untilGood({
    look,
    failure,
    timeoutSeconds,
    clock,
}: GateWait): Promise<string | undefined> {
    const deadline = clock.now().getTime() + timeoutSeconds * 1000;
    let good = 0;
    for (let looks = 1; ; looks++) {
        const problem = await look();
        good = problem === undefined ? good + 1 : 0;
        if (good === GOOD_LOOKS) return undefined;
        if (problem !== undefined) {
            if (clock.now().getTime() >= deadline) {
                return `it was not ready after ${timeoutSeconds} seconds; last seen: ${problem}`;
            }
            const final = looks % LOOKS_BETWEEN_FAILURES === 0 ? await failure() : undefined;
            if (final !== undefined) return `${final}; last seen: ${problem}`;
        }
        await clock.sleep(BETWEEN_LOOKS_MS);
    }
}
