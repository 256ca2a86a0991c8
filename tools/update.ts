import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { runInteractively } from "../machine/run";

/** The event that the engine writes last. */
interface SummaryEvent {
    summaryEvent?: { resourceChanges: Record<string, number> };
}

/** `pulumi up`, which says in one line when there was nothing to do. Returns its exit code. */
export async function update(
    command: string,
    environment: NodeJS.ProcessEnv,
    args: readonly string[],
): Promise<number> {
    const log = path.join(os.tmpdir(), `pulumi-events-${randomUUID()}.jsonl`);
    try {
        const code = await runInteractively(command, ["up", "--event-log", log, ...args], {
            ...environment,
            // The event log is among what the engine offers to those who debug it.
            PULUMI_DEBUG_COMMANDS: "true",
        });
        if (code === 0 && (await changedNothing(log))) console.log("Nothing changed: all is as declared.");
        return code;
    } finally {
        await rm(log, { force: true });
    }
}

async function changedNothing(log: string): Promise<boolean> {
    const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
    // There are two: the preview's and the update's.
    const last = lines.map(line => (JSON.parse(line) as SummaryEvent).summaryEvent).findLast(Boolean);
    return last !== undefined && Object.keys(last.resourceChanges).every(kind => kind === "same");
}
