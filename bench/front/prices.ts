import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import Table from "cli-table3";
import { HEALTH_PORT, HTTP_PORT, HTTPS_PORT } from "../../components/front";
import { debianPackages } from "../../machine/debian";
import { inTurns, median } from "../rounds";
import { LoadGenerators } from "./load-generators";
import { BenchNetwork } from "./network";
import { bareConfiguration, CERTIFICATE_PATH, frontConfiguration, PORTS } from "./rivals";
import { startHAProxies } from "./servers";

const ROUNDS = 21;
const REQUESTS = 3_000;
const FIRST_PORT = 20_000;

/** The directives of each part of the front. */
const PARTS: Record<string, RegExp> = {
    "access log": /^(log|log-format|error-log-format) /,
    "x-request-id": /^http-\S+ set-(var|header).*txn\.id/,
    "x-forwarded-for, x-forwarded-proto": /x-forwarded/,
    "strict-transport-security": /strict-transport-security/,
    "banners removed": /del-header/,
    "paths: 404, health at /, v1 prefix": /^http-request .*\{ path(_beg)? /,
    "Host required": /req\.ver/,
    "body: size, awaited when incomplete": /txn\.length|whole|sc0_tracked/,
    "queue length, connections to the model closed under load": /be_conn_free|queue\(/,
    "header names restricted": /http-restrict-req-hdr-names/,
    "aborted requests leave the queue": /abortonclose/,
    "buffers kept (saves time)": /hot-size/,
    "buffer of 80 kB": /tune\.bufsize/,
};

const LOADS: Record<string, readonly string[]> = {
    "HTTP/2": ["-c20", "-m10", "-t1"],
    "HTTP/1.1": ["--h1", "-c20", "-t1"],
};

/**
 * Prints the price of each part of the front: the processor time of HAProxy for a request, compared with a configuration that lacks only this
 * part. Processor time varies less than throughput on a machine that does something else, too.
 */
export async function benchPrices(): Promise<void> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "inference-bench-"));
    const network = new BenchNetwork();
    await network.open();
    try {
        const load = new LoadGenerators(network, await debianPackages(["nghttp2-client"]));
        const started = [...configurations()].map(([name, text], index) => ({
            ...{ name, port: FIRST_PORT + 10 * index },
            text: moved(text, FIRST_PORT + 10 * index),
        }));
        const pids = await startHAProxies(network, folder, started);
        for (const [protocol, options] of Object.entries(LOADS)) {
            const contenders = started.map(({ name, port }, index) => ({
                name,
                run: async () => {
                    const before = await processorMicroseconds(pids[index]!);
                    await load.h2loadPort(port, `-n${REQUESTS}`, ...options);
                    return ((await processorMicroseconds(pids[index]!)) - before) / REQUESTS;
                },
            }));
            print(protocol, await inTurns(contenders, ROUNDS));
        }
    } finally {
        await network.close();
        await rm(folder, { recursive: true });
    }
}

/** The whole front first. */
function configurations(): Map<string, string> {
    const whole = frontConfiguration();
    const lines = whole.split("\n");
    const without = ([name, part]: [string, RegExp]): [string, string] => [
        name,
        lines.filter(line => !part.test(line.trim())).join("\n"),
    ];
    return new Map([
        ["front", whole],
        ["bare HAProxy", bareConfiguration(CERTIFICATE_PATH)],
        ...Object.entries(PARTS).map(without),
    ]);
}

/** The same configuration on ports of its own. */
function moved(text: string, port: number): string {
    const ports: Record<string, number> = {
        [HTTPS_PORT]: port,
        [PORTS["bare HAProxy"]]: port,
        [HTTP_PORT]: port + 1,
        [HEALTH_PORT]: port + 2,
    };
    return text.replace(/^( *bind \*:)(\d+)/gm, (_, bind: string, old: string) => `${bind}${ports[old]}`);
}

/** The processor time of all threads, in user and system mode. */
async function processorMicroseconds(pid: number): Promise<number> {
    let nanoseconds = 0;
    for (const thread of await readdir(`/proc/${pid}/task`)) {
        const spent = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
        nanoseconds += Number(spent.split(" ")[0]);
    }
    return nanoseconds / 1000;
}

function print(protocol: string, rounds: ReadonlyMap<string, readonly number[]>): void {
    const table = new Table({
        head: [protocol, "µs per request", "the front takes more, µs", "half of the rounds"],
        style: { head: [], border: [] },
    });
    const front = rounds.get("front")!;
    for (const [name, figures] of rounds) {
        const more = front.map((figure, round) => figure - figures[round]!).sort((a, b) => a - b);
        const quartile = (share: number) => more[Math.floor(share * (more.length - 1))]!.toFixed(1);
        const price = [median(more).toFixed(1), `${quartile(0.25)} to ${quartile(0.75)}`];
        table.push([name, median(figures).toFixed(1), ...(name === "front" ? ["", ""] : price)]);
    }
    console.log(table.toString());
}
