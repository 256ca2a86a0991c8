import { readFile, rm } from "node:fs/promises";
import * as path from "node:path";
import type { DebianTree } from "../../machine/debian";
import { ROOT, SAMPLE_REQUEST } from "../../machine/root";
import { median } from "../rounds";
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
    h2load(server: Server, ...options: string[]): Promise<number> {
        return this.h2loadPort(PORTS[server], ...options);
    }

    async h2loadPort(port: number, ...options: string[]): Promise<number> {
        const data = `--data=${path.join(ROOT, SAMPLE_REQUEST)}`;
        return requestsPerSecond(await this.run("h2load", ...options, data, urlOf(port)));
    }

    /** The median of the time for a request, one after the other on one connection, in milliseconds. */
    async medianMs(server: Server, requests: number, folder: string): Promise<number> {
        const log = path.join(folder, "requests.log");
        await rm(log, { force: true });
        await this.h2load(server, `-n${requests}`, "-c1", "-m1", "-t1", `--log-file=${log}`);
        // Columns: start, status, duration in microseconds.
        const lines = (await readFile(log, "utf8")).trim().split("\n");
        return median(lines.map(line => Number(line.split("\t")[2]))) / 1000;
    }

    /** Requests per second with a new connection for each, as ApacheBench measures them. */
    async newConnections(server: Server): Promise<number> {
        return apacheBenchRate(await this.run("ab", "-q", "-n2000", "-c20", urlOf(PORTS[server])));
    }

    private run(program: string, ...options: string[]): Promise<string> {
        const command = [...CLIENT_CPU, this.tools.path(`usr/bin/${program}`), ...options];
        return this.network.client(command, this.tools.environment);
    }
}

function urlOf(port: number): string {
    return `https://127.0.0.1:${port}/api/v1/service/iris/score`;
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
