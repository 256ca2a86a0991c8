import type { GroupNews } from "./group-news";

/** Time, which tests let go by as they like. */
export interface Clock {
    now(): Date;
    sleep(milliseconds: number): Promise<void>;
}

export interface GateWait {
    /** Looks once: what keeps the name from leading to the revision, or nothing. */
    look: () => Promise<string | undefined>;
    /** Asks once what Azure knows of it. */
    news: () => Promise<GroupNews>;
    timeoutSeconds: number;
    clock: Clock;
}

const BETWEEN_LOOKS_MS = 1_000;
const LOOKS_BETWEEN_NEWS = 10;
/** One good answer can be luck. */
const GOOD_LOOKS = 3;

/** Waits until the revision is good, and says why it gave up when it does not become so. */
export async function untilGood({
    look,
    news,
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
            const late = clock.now().getTime() >= deadline;
            const { failure, warnings } =
                late || looks % LOOKS_BETWEEN_NEWS === 0
                    ? await news()
                    : { failure: undefined, warnings: [] };
            const end = failure ?? (late ? `it was not ready after ${timeoutSeconds} seconds` : undefined);
            if (end !== undefined) return [end, `last seen: ${problem}`, ...warnings].join("; ");
        }
        await clock.sleep(BETWEEN_LOOKS_MS);
    }
}
