import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";

/** The exit code or signal that ended a child process. */
export interface ExitStatus {
    code: number | undefined;
    signal: NodeJS.Signals | undefined;
}

/** The running child processes of this host. */
class Children {
    private readonly running = new Set<ChildProcess>();

    /** Starts a process. The promise rejects only if the process cannot be started, not if it fails. */
    start(
        command: string,
        args: readonly string[],
        options: SpawnOptions,
    ): [ChildProcess, Promise<ExitStatus>] {
        const child = spawn(command, args, options);
        this.running.add(child);
        const exit = new Promise<ExitStatus>((resolve, reject) => {
            child.on("error", reject);
            // "close" comes after "exit", when all output of the process has been read.
            child.on("close", (code, signal) =>
                resolve({ code: code ?? undefined, signal: signal ?? undefined }),
            );
        });
        const remove = () => this.running.delete(child);
        exit.then(remove, remove);
        return [child, exit];
    }

    kill(): void {
        for (const child of this.running) child.kill("SIGTERM");
    }
}

export const children = new Children();
