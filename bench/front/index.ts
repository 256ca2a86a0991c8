import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { CERTIFICATE_FILE } from "../../components/front";
import { debianPackages } from "../../machine/debian";
import { goClient, type Resumption } from "../../test/support/tls-clients";
import { type Measure, print } from "../report";
import { inTurns, mediansOf } from "../rounds";
import { benchHop } from "./hop";
import { LoadGenerators } from "./load-generators";
import { BenchNetwork } from "./network";
import { PORTS, type Server, SERVERS } from "./rivals";
import { CLIENT_CPU, startServers } from "./servers";

const ROUNDS = 5;
const IDLE_CONNECTIONS = 1000;
const RIVAL: Server = "bare HAProxy";

/** Compares requests, new connections and memory of the front with those of a bare HAProxy, nginx and Caddy. */
export async function benchFront(): Promise<void> {
    const tools = await debianPackages(["nginx-light", "caddy", "nghttp2-client", "apache2-utils"]);
    const folder = await mkdtemp(path.join(os.tmpdir(), "inference-bench-"));
    const network = new BenchNetwork();
    await network.open();
    try {
        const servers = await startServers(network, tools, folder);
        const idle = await idleMemory(network, servers);
        const load = new LoadGenerators(network, tools);
        const compare = async (name: string, atLeast: number, run: (server: Server) => Promise<number>) => {
            const rounds = await inTurns(
                SERVERS.map(server => ({ name: server, run: () => run(server) })),
                ROUNDS,
            );
            print({ name, figures: mediansOf(rounds), rounds, rival: RIVAL, target: { atLeast } });
        };

        await compare("HTTP/2, requests/s", 0.95, server =>
            load.h2load(server, "-n20000", "-c20", "-m10", "-t1"),
        );
        await compare("HTTP/1.1 keep-alive, requests/s", 0.95, server =>
            load.h2load(server, "--h1", "-n20000", "-c20", "-t1"),
        );
        await compare("new TLS connections/s", 1, server => load.newConnections(server));
        await compare("resumed TLS 1.3 connections/s", 0.95, server =>
            resumedConnections(network, PORTS[server], folder),
        );
        const memory: Measure = {
            name: `memory at ${IDLE_CONNECTIONS} idle connections, MiB`,
            figures: idle,
            rival: RIVAL,
            target: { atMost: 1.05 },
        };
        print(memory);
    } finally {
        await network.close();
        await rm(folder, { recursive: true });
    }
    await benchHop(tools);
}

/**
 * Connections per second that offer the session of the one before, each with one request. TLS 1.3 only: with TLS 1.2, Go's client
 * resumes by tickets alone, and the front with OpenSSL keeps its sessions in memory.
 */
async function resumedConnections(network: BenchNetwork, port: number, folder: string): Promise<number> {
    const authority = path.join(folder, "secrets", CERTIFICATE_FILE);
    const target = { address: "127.0.0.1", port, name: "bench.test", authority, version: "1.3" } as const;
    const client = await goClient(target, { connections: 750, workers: 4, path: "/score" });
    const { connections, resumed, seconds } = JSON.parse(
        await network.client([...CLIENT_CPU, ...client], process.env),
    ) as Resumption;
    // The first connection of each worker has no session.
    if (resumed < connections - 4) throw new Error(`Only ${resumed} of ${connections} connections resumed.`);
    return connections / seconds;
}

/** The proportional set size of each server with its children while clients hold idle connections. */
async function idleMemory(network: BenchNetwork, servers: Map<Server, number>): Promise<Map<string, number>> {
    const figures = new Map<string, number>();
    for (const [server, pid] of servers) {
        const hold = `
            const tls = require("tls"); let open = 0;
            for (let i = 0; i < ${IDLE_CONNECTIONS}; i++)
                tls.connect({ port: ${PORTS[server]}, host: "127.0.0.1", rejectUnauthorized: false }, () => {
                    if (++open === ${IDLE_CONNECTIONS}) { console.log("open"); process.stdin.resume(); }
                }).on("error", error => { console.error(error.message); process.exit(1); });
            process.stdin.on("end", () => process.exit(0));`;
        await network.during([...CLIENT_CPU, process.execPath, "-e", hold], "open", async () => {
            figures.set(server, (await memoryOf(pid)) / 1024);
        });
    }
    return figures;
}

/** The memory of a process and its descendants, in KiB. */
async function memoryOf(pid: number): Promise<number> {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    let sum = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    for (const task of await readdir(`/proc/${pid}/task`)) {
        const children = await readFile(`/proc/${pid}/task/${task}/children`, "utf8");
        for (const child of children.split(" ").filter(Boolean)) sum += await memoryOf(Number(child));
    }
    return sum;
}
