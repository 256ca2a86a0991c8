import { execa } from "execa";
import { expect } from "vitest";
import { pulumiEngine } from "../../machine/engine";
import type { TestProject } from "../../sandbox/testing/harness";

/** When to interrupt an update: once `moment` is true and the output so far matches `text`. */
interface Interruption {
    signal: NodeJS.Signals;
    moment?: () => boolean;
    text?: RegExp;
}

/** Starts an update and sends a signal to its process group. Returns the output. */
export async function interruptedUpdate(
    service: TestProject,
    { signal, moment = () => true, text = /^/ }: Interruption,
): Promise<string> {
    const engine = await pulumiEngine();
    const running = execa(engine.command, ["up", "--yes", "--skip-preview", "--non-interactive"], {
        cwd: service.directory,
        env: service.environment,
        stdin: "ignore",
        reject: false,
        all: true,
        detached: true,
    });
    let output = "";
    await new Promise<void>(resolve => {
        const poll = setInterval(() => {
            if (!moment() || !text.test(output)) return;
            clearInterval(poll);
            resolve();
        }, 100);
        running.all.on("data", (part: Buffer) => (output += part.toString()));
        void running.then(() => resolve());
    });
    process.kill(-running.pid!, signal);
    expect((await running).failed).toBe(true);
    // A killed process leaves its lock.
    if (signal === "SIGKILL") await service.pulumi(["cancel", "--yes"]);
    return output;
}
