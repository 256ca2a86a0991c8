import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Needs } from "./builds";

const MAIN = path.join(__dirname, "build-main.ts");
/** The value of `nice`, so that running tests have priority. */
const PRIORITY = "10";

/**
 * Builds programs and images while the first tests run. The builds run one after the other. If one fails, the tests that
 * need it build it again and report the error.
 */
export class BackgroundBuilds {
    private readonly added = new Set<Needs>();
    private queue = Promise.resolve();
    private current: ChildProcess | undefined;
    private stopped = false;

    add(needs: Needs): void {
        if (this.added.has(needs)) return;
        this.added.add(needs);
        this.queue = this.queue.then(() => this.run(needs));
    }

    stop(): void {
        this.stopped = true;
        const pid = this.current?.pid;
        // The signal goes to the process group, because it also contains the compilers.
        if (pid !== undefined) process.kill(-pid, "SIGTERM");
    }

    private async run(needs: Needs): Promise<void> {
        if (this.stopped) return;
        const node = [process.execPath, "--import", "tsx", MAIN, needs];
        const child = spawn("nice", ["-n", PRIORITY, ...node], {
            detached: true,
            stdio: ["ignore", "ignore", "inherit"],
        });
        this.current = child;
        await once(child, "exit").catch(() => undefined);
        this.current = undefined;
    }
}
