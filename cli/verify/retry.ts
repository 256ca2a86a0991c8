import { setTimeout as sleep } from "node:timers/promises";
import type { VerifyOptions } from "./options";
import type { CheckResult } from "./report";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** Repeats the checks while there is a temporary fault and time is left. */
export async function repeatWhileFaultsMayPass(
    round: () => Promise<CheckResult[]>,
    { waitMs = 0, onProgress }: VerifyOptions,
): Promise<CheckResult[]> {
    const deadline = Date.now() + waitMs;
    let said = "";
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const checks = await round();
        const healing = checks.filter(check => check.outcome === "fault" && check.temporary);
        const left = deadline - Date.now();
        if (healing.length === 0 || left <= 0) return checks;
        const reasons = healing.map(check => `${check.name}: ${check.seen}`).join(" ");
        if (reasons !== said) onProgress?.(`Waiting (at most ${Math.ceil(left / 1000)} s). ${reasons}`);
        said = reasons;
        await sleep(Math.min(pause, left));
    }
}
