import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { runInteractively } from "../machine/run";

/** The last event of the engine, which counts the changes. */
interface SummaryEvent {
    summaryEvent?: { resourceChanges: Record<string, number> };
}

/** Runs `pulumi up`, prints one line if nothing changed, and returns the exit code. */
export async function update(
    command: string,
    environment: NodeJS.ProcessEnv,
    args: readonly string[],
): Promise<number> {
    const log = path.join(os.tmpdir(), `pulumi-events-${randomUUID()}.jsonl`);
    try {
        const code = await runInteractively(command, ["up", "--event-log", log, ...args], {
            ...environment,
            // The engine writes the event log only with its debug commands enabled.
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
    // The preview and the update each write one. The last is that of the update.
    const last = lines.map(line => (JSON.parse(line) as SummaryEvent).summaryEvent).findLast(Boolean);
    return last !== undefined && Object.keys(last.resourceChanges).every(kind => kind === "same");
}
