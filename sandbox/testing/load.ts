import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { goProgram } from "./go-program";

export interface LoadOptions {
    /** Its host name is what the server is asked for and its certificate is checked against. */
    url: string;
    /** Requests a second, whether the server keeps up or not. */
    rate: number;
    /** @default true */
    keepAlive?: boolean;
    /**
     * How many connections may wait for their next request. Where every one is busy again at once, a server that wants
     * to close them can say so in an answer, and need not cut one that a request is on its way to.
     * @default 10000
     */
    idleConnections?: number;
    /** Where the server offers it. @default false */
    http2?: boolean;
    /** File with the authorities to trust (PEM). @default those of the machine */
    ca?: string;
    headers?: Record<string, string>;
    /** Makes the request a POST. */
    body?: string;
    /** Address to connect to instead of looking the host name up. */
    resolve?: string;
    /** Who is asked for the host name (`address:port`), again after so many seconds. */
    dns?: { server: string; ttlSeconds: number };
    /** The load ends by itself then. @default 60 */
    seconds?: number;
}

/** What became of one request. */
export interface Outcome {
    /** When it was sent, ISO 8601. */
    at: string;
    /** HTTP status, 0 when there was no answer. */
    status: number;
    /** Empty for a success. */
    error: string;
    latencyMs: number;
    body: string;
}

export interface LoadReport {
    requests: number;
    /** Everything that was not answered with a status from 200 to 399. */
    failed: Outcome[];
    /** A few of them as text, for the message of a test that fails. */
    firstFailures: string[];
    statusCodes: Record<string, number>;
    /** Milliseconds. */
    latencies: { p50: number; p99: number };
    /** How often each body was answered with success. */
    bodies: ReadonlyMap<string, number>;
}

export interface Load {
    /** Ends the load, waits for what is under way and reports. */
    stop(): Promise<LoadReport>;
}

/** How long a request may take: longer than a busy machine may stand still. */
const REQUEST_SECONDS = 30;

/** Of each answer so much is kept. Bytes. */
const BODY_BYTES = 1_024;

/** Sends requests at a constant rate until it is stopped, by vegeta. Each one's outcome is known afterwards. */
export async function startLoad(options: LoadOptions): Promise<Load> {
    const vegeta = await loadProgram();
    const folder = await mkdtemp(path.join(os.tmpdir(), "load-"));
    const targets = path.join(folder, "targets.json");
    const results = path.join(folder, "results");
    const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name, [value]] as const);
    const target = {
        method: options.body === undefined ? "GET" : "POST",
        url: options.url,
        header: Object.fromEntries(headers),
        ...(options.body !== undefined && { body: Buffer.from(options.body).toString("base64") }),
    };
    // In a file, because headers may hold keys and arguments can be read by everybody.
    await writeFile(targets, `${JSON.stringify(target)}\n`, { mode: 0o600 });
    const attack = execa(
        vegeta,
        ["attack", ...attackFlags(options), "-targets", targets, "-output", results],
        {
            stdin: "ignore",
            reject: false,
        },
    );
    let report: Promise<LoadReport> | undefined;
    return {
        stop: () => (report ??= stop()),
    };

    async function stop(): Promise<LoadReport> {
        try {
            // It sends no more, but waits for answers.
            attack.kill("SIGINT");
            const { exitCode, stderr } = await attack;
            if (exitCode !== 0) throw new Error(`vegeta ended with ${exitCode}: ${stderr}`);
            return await summary(vegeta, results);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    }
}

function attackFlags(options: LoadOptions): string[] {
    const { keepAlive = true, http2 = false, seconds = 60 } = options;
    const { hostname, port, protocol } = new URL(options.url);
    const at = port || (protocol === "https:" ? "443" : "80");
    return [
        "-format=json",
        `-rate=${options.rate}/1s`,
        `-duration=${seconds}s`,
        `-timeout=${REQUEST_SECONDS}s`,
        `-keepalive=${keepAlive}`,
        `-http2=${http2}`,
        ...(options.idleConnections === undefined ? [] : [`-connections=${options.idleConnections}`]),
        // A redirect is an answer like any other.
        "-redirects=-1",
        `-max-body=${BODY_BYTES}`,
        ...(options.ca === undefined ? [] : [`-root-certs=${options.ca}`]),
        ...(options.dns === undefined
            ? []
            : [`-resolvers=${options.dns.server}`, `-dns-ttl=${options.dns.ttlSeconds}s`]),
        ...(options.resolve === undefined ? [] : [`-connect-to=${hostname}:${at}:${options.resolve}:${at}`]),
    ];
}

async function summary(vegeta: string, results: string): Promise<LoadReport> {
    const failed: Outcome[] = [];
    const statusCodes: Record<string, number> = {};
    const bodies = new Map<string, number>();
    const latencies: number[] = [];
    const encode = execa(vegeta, ["encode", "-to=json", results], { buffer: false, stdin: "ignore" });
    for await (const line of createInterface({ input: encode.stdout })) {
        const outcome = outcomeOf(line);
        latencies.push(outcome.latencyMs);
        statusCodes[outcome.status] = (statusCodes[outcome.status] ?? 0) + 1;
        if (outcome.error !== "" || outcome.status < 200 || outcome.status >= 400) failed.push(outcome);
        else bodies.set(outcome.body, (bodies.get(outcome.body) ?? 0) + 1);
    }
    await encode;
    latencies.sort((one, other) => one - other);
    const share = (part: number) => latencies[Math.floor((latencies.length - 1) * part)] ?? 0;
    return {
        requests: latencies.length,
        failed,
        firstFailures: failed.slice(0, 5).map(({ at, status, error }) => `${at} ${status} ${error}`),
        statusCodes,
        latencies: { p50: share(0.5), p99: share(0.99) },
        bodies,
    };
}

function outcomeOf(line: string): Outcome {
    const { timestamp, code, error, latency, body } = JSON.parse(line) as {
        timestamp: string;
        code: number;
        error: string;
        /** Nanoseconds. */
        latency: number;
        body: string | null;
    };
    return {
        at: timestamp,
        status: code,
        error,
        latencyMs: latency / 1e6,
        body: Buffer.from(body ?? "", "base64").toString(),
    };
}

/** The program, built when it is not in the cache. */
export function loadProgram(): Promise<string> {
    return goProgram("vegeta", "load", "github.com/tsenart/vegeta/v12");
}
