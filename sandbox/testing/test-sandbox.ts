import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockSync } from "proper-lockfile";
import { sandboxDown, sandboxReset } from "../lifecycle/sandbox";
import { type SandboxInstance, sandboxInstance } from "../instance";

/** Numbers of the sandboxes for tests: as many as files run concurrently (WORKERS in vitest.config.mts). */
export const TEST_SANDBOXES = [1, 2, 3, 4];

/**
 * Timeout for a free sandbox, in milliseconds. The process of a test file that has just ended can hold its sandbox for a while; if it was
 * killed, until its lock is stale.
 */
const CLAIM_TIMEOUT_MS = 300_000;
/** How long to wait for a sandbox that another test run may use, in milliseconds. After that it is left alone. */
const OTHER_RUN_TIMEOUT_MS = 60_000;
const RETRY_MS = 100;
/** A lock of this age belongs to a process that was killed. A busy process renews its lock late. */
const STALE_MS = 45_000;

/**
 * The sandbox of this test file: the one that the environment selects, else one that no other file uses. A file starts it if
 * it is not running, deletes its resources, and leaves it running, because a start takes longer than many files.
 */
export function testSandbox(): SandboxInstance {
    const { AZURE_SECURE_INFERENCE_SANDBOX: named } = process.env;
    return named === undefined ? claimedSandbox() : numbered(named);
}

/**
 * A sandbox that no other process uses until this one ends. Ignores the selection of the environment.
 *
 * @param numbers to choose from; a process asks for one set of numbers only
 */
export function claimedSandbox(numbers: readonly number[] = TEST_SANDBOXES): SandboxInstance {
    return numbered(String((claimed ??= claimFree(numbers))));
}

/** The number that this process has claimed. */
let claimed: number | undefined;

/** The sandbox with this number. */
export function numbered(number: string): SandboxInstance {
    return sandboxInstance({ ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: number });
}

/**
 * Each test file has a process, so a lock of the process reserves the sandbox. VITEST_POOL_ID is not unique: files of
 * different groups can have the same one at the same time.
 */
function claimFree(numbers: readonly number[]): number {
    const deadline = Date.now() + CLAIM_TIMEOUT_MS;
    for (;;) {
        const free = numbers.find(number => claim(number) !== undefined);
        if (free !== undefined) return free;
        if (Date.now() > deadline)
            throw new Error(
                `The sandboxes ${numbers.join(", ")} of the tests are in use. Wait for the other test run.`,
            );
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
}

/** Locks a sandbox until this process ends or calls the returned function. */
function claim(number: number): (() => void) | undefined {
    try {
        const file = path.join(os.tmpdir(), `azure-secure-inference-test-${number}`);
        return lockSync(file, { realpath: false, stale: STALE_MS });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
        throw error;
    }
}

/** Resets a sandbox, unless another process uses it. A run that was killed may have left resources in it. */
export function cleanTestSandbox(number: number): Promise<void> {
    return whenUnused(number, sandboxReset);
}

/** Stops a sandbox, unless another process uses it: another test run may have claimed it since. */
export function stopTestSandbox(number: number): Promise<void> {
    return whenUnused(number, sandboxDown);
}

async function whenUnused(number: number, work: (instance: SandboxInstance) => Promise<void>): Promise<void> {
    const deadline = Date.now() + OTHER_RUN_TIMEOUT_MS;
    let release = claim(number);
    while (!release && Date.now() < deadline) {
        await sleep(RETRY_MS);
        release = claim(number);
    }
    if (!release) return;
    await work(numbered(String(number)));
    release();
}
