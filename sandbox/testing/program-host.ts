/** A process that runs a project's program for each command of the engine, like the Automation API with inline programs. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

const MAIN = path.join(__dirname, "program-host-main.ts");

/**
 * Node and the SDKs are loaded once for a project, because that takes several times longer than a program runs. The project's
 * files are loaded again for each run.
 */
export class ProgramHost {
    private constructor(
        private readonly child: ChildProcess,
        /** The value of the engine's option `--client`. */
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
                throw new Error(`The program host ended with exit code ${String(code)}.`);
            }),
        ])) as [number];
        return new ProgramHost(child, `127.0.0.1:${port}`);
    }

    stop(): void {
        this.child.kill();
    }
}
