import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockSync } from "proper-lockfile";
import { sandboxReset } from "../lifecycle/sandbox";
import { type SandboxInstance, sandboxInstance } from "../instance";

/** Files that may run side by side, as vitest.config.mts says. */
export const TEST_SANDBOXES = [1, 2, 3];

/** How long a process of a file that has ended may take to be gone, in milliseconds. */
const LEAVING_MS = 60_000;
const RETRY_MS = 100;
/** A process that was killed is known by its lock's age. Busy ones renew theirs late. */
const STALE_MS = 45_000;

/**
 * The sandbox of this file, unless the environment names another: one that no other file has. Each file starts it if it is not
 * there, removes what it made, and leaves it running: starting it takes longer than many files.
 */
export function testSandbox(): SandboxInstance {
    const { AZURE_SECURE_INFERENCE_SANDBOX: named } = process.env;
    return named === undefined ? claimedSandbox() : numbered(named);
}

/** A sandbox that no other process uses until this one ends, whatever the environment names. */
export function claimedSandbox(): SandboxInstance {
    return numbered(String((own ??= claimed())));
}

/** A file that asks again gets the same one: waiting for another would block this process, and its lock would grow old. */
let own: number | undefined;

export function numbered(number: string): SandboxInstance {
    return sandboxInstance({ ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: number });
}

/** A process is one file. Vitest's own number for it is not used: after a change of group, two files can have the same. */
function claimed(): number {
    const deadline = Date.now() + LEAVING_MS;
    for (;;) {
        const free = TEST_SANDBOXES.find(number => claim(number) !== undefined);
        if (free !== undefined) return free;
        if (Date.now() > deadline) throw new Error("Every sandbox of the tests is in use.");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
}

/** Until this process ends, or says that it is done. */
function claim(number: number): (() => void) | undefined {
    try {
        const file = path.join(os.tmpdir(), `azure-secure-inference-test-${number}`);
        return lockSync(file, { realpath: false, stale: STALE_MS });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
        throw error;
    }
}

/** Deletes what a run that was killed has left in a sandbox, unless another run has it. */
export async function cleanTestSandbox(number: number): Promise<void> {
    const deadline = Date.now() + LEAVING_MS;
    let release = claim(number);
    while (!release && Date.now() < deadline) {
        await sleep(RETRY_MS);
        release = claim(number);
    }
    if (!release) return;
    await sandboxReset(numbered(String(number)));
    release();
}
