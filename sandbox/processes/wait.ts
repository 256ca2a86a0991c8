import { setTimeout as sleep } from "node:timers/promises";

/** Polling interval in milliseconds. */
const POLL_MS = 50;

/**
 * Polls `condition` until it is true.
 * @param timeout in milliseconds
 * @returns whether it became true before the timeout
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
