import * as path from "node:path";
import type { DebianTree } from "../../machine/debian";
import { ROOT, SAMPLE_REQUEST } from "../../machine/root";
import type { BenchNetwork } from "./network";
import { PORTS, type Server } from "./rivals";
import { CLIENT_CPU } from "./servers";

/** The programs that send requests to a server as fast as it answers. */
export class LoadGenerators {
    constructor(
        private readonly network: BenchNetwork,
        private readonly tools: DebianTree,
    ) {}

    /** Requests per second over kept connections, as h2load measures them. */
    async h2load(server: Server, ...options: string[]): Promise<number> {
        const data = `--data=${path.join(ROOT, SAMPLE_REQUEST)}`;
        return requestsPerSecond(await this.run("h2load", ...options, data, urlOf(server)));
    }

    /** Requests per second with a new connection for each, as ApacheBench measures them. */
    async newConnections(server: Server): Promise<number> {
        return apacheBenchRate(await this.run("ab", "-q", "-n4000", "-c20", urlOf(server)));
    }

    private run(program: string, ...options: string[]): Promise<string> {
        const command = [...CLIENT_CPU, this.tools.path(`usr/bin/${program}`), ...options];
        return this.network.client(command, this.tools.environment);
    }
}

function urlOf(server: Server): string {
    return `https://127.0.0.1:${PORTS[server]}/score`;
}

function requestsPerSecond(output: string): number {
    const rate = /finished in .*?, ([\d.]+) req\/s/.exec(output);
    const failed = /requests: .* (\d+) failed, (\d+) errored/.exec(output);
    const status = /status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/.exec(output);
    if (!rate || failed?.[1] !== "0" || failed[2] !== "0" || status?.[4] !== "0" || status[3] !== "0") {
        throw new Error(`Not every request was answered:\n${output}`);
    }
    return Number(rate[1]);
}

function apacheBenchRate(output: string): number {
    const rate = /Requests per second:\s+([\d.]+)/.exec(output);
    if (!rate || !/Failed requests:\s+0\n/.test(output) || /Non-2xx/.test(output)) {
        throw new Error(`Not every request was answered:\n${output}`);
    }
    return Number(rate[1]);
}
