import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { execa } from "execa";

/** A separate network namespace for the bench: the front has its real ports, and the load stays inside. */
export class BenchNetwork {
    readonly name = `inference-bench-${process.pid}`;
    private readonly started: ChildProcess[] = [];

    async open(): Promise<void> {
        await execa("ip", ["netns", "add", this.name]);
        await execa("nsenter", [...this.enter(), "ip", "link", "set", "lo", "up"]);
    }

    enter(): string[] {
        return [`--net=/run/netns/${this.name}`];
    }

    /** Starts a server and waits until it accepts connections on `port`. */
    async serve(
        command: readonly string[],
        port: number,
        env: NodeJS.ProcessEnv = process.env,
    ): Promise<number> {
        const child = spawn(command[0]!, command.slice(1), { env, stdio: ["ignore", "ignore", "pipe"] });
        this.started.push(child);
        let problems = "";
        child.stderr.on("data", data => (problems += String(data)));
        const deadline = Date.now() + 20_000;
        while (!(await this.accepts(port))) {
            if (child.exitCode !== null || Date.now() > deadline) {
                throw new Error(
                    `${command.slice(0, 6).join(" ")} does not answer on port ${port}: ${problems}`,
                );
            }
            await new Promise(resolve => setTimeout(resolve, 50));
        }
        return child.pid!;
    }

    /** Runs a client in the namespace and returns its output. */
    async client(command: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
        const { stdout } = await execa("nsenter", [...this.enter(), ...command], { env, extendEnv: false });
        return stdout;
    }

    /** Starts a client, waits until it prints `word`, runs `work`, then ends the client by closing its input. */
    async during(command: readonly string[], word: string, work: () => Promise<void>): Promise<void> {
        const client = spawn("nsenter", [...this.enter(), ...command], {
            stdio: ["pipe", "pipe", "inherit"],
        });
        const ended = once(client, "exit");
        const said = new Promise<void>((resolve, reject) => {
            client.stdout.on("data", data => String(data).includes(word) && resolve());
            client.on("exit", code => reject(new Error(`the client ended with ${code}`)));
        });
        await said;
        await work();
        client.stdin.end();
        await ended;
    }

    async close(): Promise<void> {
        for (const child of this.started) {
            if (child.exitCode !== null) continue;
            const ended = once(child, "exit");
            child.kill("SIGTERM");
            await ended;
        }
        await execa("ip", ["netns", "delete", this.name]);
    }

    private async accepts(port: number): Promise<boolean> {
        const probe = `const s=require("net").connect(${port},"127.0.0.1",()=>process.exit(0));s.on("error",()=>process.exit(1))`;
        const { exitCode } = await execa("nsenter", [...this.enter(), process.execPath, "-e", probe], {
            reject: false,
        });
        return exitCode === 0;
    }
}
