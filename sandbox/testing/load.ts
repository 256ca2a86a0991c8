import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { goProgram } from "./go-program";

export interface LoadOptions {
    /** URL of the requests. The certificate must be valid for its host name. */
    url: string;
    /** Requests per second, independent of how fast the server answers. */
    rate: number;
    /** @default true */
    keepAlive?: boolean;
    /**
     * The maximum number of idle connections. With few, each is reused at once, so that a server does not close one as idle
     * while the next request is on its way.
     * @default 10000
     */
    idleConnections?: number;
    /** Uses HTTP/2 when the server supports it. @default false */
    http2?: boolean;
    /** File with trusted authorities (PEM). @default those of the machine */
    ca?: string;
    headers?: Record<string, string>;
    /** Makes the request a POST. */
    body?: string;
    /** Connects to this address instead of looking the host name up. */
    resolve?: string;
    /** DNS server (`address:port`) for the host name, and how long its answers are cached. */
    dns?: { server: string; ttlSeconds: number };
    /** Maximum duration. @default 60 */
    seconds?: number;
}

/** The result of one request. */
interface Outcome {
    /** When it was sent, ISO 8601. */
    at: string;
    /** HTTP status; 0 without an answer. */
    status: number;
    /** Empty for a success. */
    error: string;
    latencyMs: number;
    body: string;
}

export interface LoadReport {
    requests: number;
    /** Requests without an answer of status 200 to 399. */
    failed: Outcome[];
    /** The first failed requests as text, for the message of a failed test. */
    firstFailures: string[];
    statusCodes: Record<string, number>;
    /** Milliseconds. */
    latencies: { p50: number; p99: number };
    /** The number of successful answers with each body. */
    bodies: ReadonlyMap<string, number>;
}

export interface Load {
    /** Stops sending, waits for the outstanding answers and reports. */
    stop(): Promise<LoadReport>;
}

/** Timeout of a request: longer than a busy machine may stall. */
const REQUEST_SECONDS = 30;

/** How many bytes of each answer are stored. */
const BODY_BYTES = 1_024;

/** Sends requests at a constant rate with vegeta until it is stopped. The report has the result of each request. */
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
    // In a file, because headers can contain keys, and every user can read the arguments of a process.
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
            // At SIGINT, vegeta stops sending and waits for answers.
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
        // Redirects are not followed.
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

/** Path of vegeta. Builds it if it is not in the cache. */
export function loadProgram(): Promise<string> {
    return goProgram("vegeta", "load", "github.com/tsenart/vegeta/v12");
}
