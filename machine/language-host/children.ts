import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";

/** How a child process ended. */
export interface Ending {
    code: number | undefined;
    signal: NodeJS.Signals | undefined;
}

/** The processes that this host has started and that still run. */
class Children {
    private readonly running = new Set<ChildProcess>();

    /** Starts a process. Its ending is never a rejection, except when the process could not be started at all. */
    start(command: string, args: readonly string[], options: SpawnOptions): [ChildProcess, Promise<Ending>] {
        const child = spawn(command, args, options);
        this.running.add(child);
        const ending = new Promise<Ending>((resolve, reject) => {
            child.on("error", reject);
            // Not "exit": what the process wrote last must have arrived.
            child.on("close", (code, signal) =>
                resolve({ code: code ?? undefined, signal: signal ?? undefined }),
            );
        });
        const forget = () => this.running.delete(child);
        ending.then(forget, forget);
        return [child, ending];
    }

    kill(): void {
        for (const child of this.running) child.kill("SIGTERM");
    }
}

export const children = new Children();
