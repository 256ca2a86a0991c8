import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at. */
const POLL_MS = 50;

/**
 * Waits until `condition` holds.
 * @param timeout in milliseconds
 * @returns whether it held before the time was over
 */
export async function eventually(
    condition: () => boolean | Promise<boolean>,
    timeout: number,
): Promise<boolean> {
    const deadline = Date.now() + timeout;
    for (;;) {
        if (await condition()) return true;
        if (Date.now() >= deadline) return false;
        await sleep(POLL_MS);
    }
}
