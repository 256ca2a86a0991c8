/** A process that runs a project's program whenever the engine asks, as the Automation API does with inline programs. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

const MAIN = path.join(__dirname, "program-host-main.ts");

/**
 * Starting Node and loading the SDKs takes several times longer than running a program: this is done once for a project, and
 * what is the project's own is loaded anew each time.
 */
export class ProgramHost {
    private constructor(
        private readonly child: ChildProcess,
        /** What the engine's `--client` takes. */
        readonly address: string,
    ) {}

    static async start(directory: string, environment: NodeJS.ProcessEnv): Promise<ProgramHost> {
        const child = fork(MAIN, {
            cwd: directory,
            env: { ...process.env, ...environment },
            execArgv: ["--require", require.resolve("tsx/cjs")],
            stdio: ["ignore", "inherit", "inherit", "ipc"],
        });
        const [port] = (await Promise.race([
            once(child, "message"),
            once(child, "exit").then(([code]) => {
                throw new Error(`The host of programs ended with code ${String(code)}.`);
            }),
        ])) as [number];
        return new ProgramHost(child, `127.0.0.1:${port}`);
    }

    stop(): void {
        this.child.kill();
    }
}
