import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";

/** The result of one request: a response or an error. */
export interface Outcome {
    status?: number;
    headers: Record<string, string | undefined>;
    body: string;
    error?: string;
    tookMs: number;
}

export interface ModelSeen {
    now: number;
    /** Maximum of concurrent requests, in total and per address. */
    most: number;
    mostAt: Record<string, number>;
    seen: number;
    aborted: number;
    last?: { url: string; bytes: number; headers: Record<string, string | undefined> };
}

/** Number of requests by status or error code. */
export interface LoadSeen {
    answers: Record<string, number>;
    connections: number;
    slowestMs: number;
}

interface Reply {
    id: number;
    answer?: unknown;
    error?: string;
}

/** The process front-cluster.mjs: DNS, models and clients for fronts, in a network namespace. */
export class Around {
    readonly #waiting = new Map<number, (reply: Reply) => void>();
    #asked = 0;

    private constructor(readonly process: ChildProcess) {
        process.on("message", (reply: Reply) => this.#waiting.get(reply.id)?.(reply));
    }

    /** Starts it in a network namespace that has this address. */
    static async start(namespace: string, address: string): Promise<Around> {
        const program = path.join(__dirname, "front-cluster.mjs");
        const args = [`--net=/run/netns/${namespace}`, process.execPath, program, address];
        const around = new Around(spawn("nsenter", args, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
        await new Promise<void>((resolve, reject) => {
            around.#waiting.set(0, () => {
                resolve();
            });
            around.process.once("exit", () => {
                reject(new Error("DNS, models and clients did not start"));
            });
        });
        return around;
    }

    stop(): void {
        this.process.kill("SIGKILL");
    }

    async ask<Answer>(ask: string, values: object): Promise<Answer> {
        const id = ++this.#asked;
        const replied = new Promise<Reply>(resolve => this.#waiting.set(id, resolve));
        this.process.send({ id, ask, values });
        const { answer, error } = await replied;
        this.#waiting.delete(id);
        if (error !== undefined) throw new Error(`${ask}: ${error}`);
        return answer as Answer;
    }
}
