import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { DebianTree } from "../../machine/debian";
import { print, printAbsolute } from "../report";
import { inTurns, mediansOf } from "../rounds";
import { LoadGenerators } from "./load-generators";
import { BenchNetwork } from "./network";
import { HOP_SERVERS, type Server } from "./rivals";
import { startHop } from "./servers";

const ROUNDS = 5;
/** By then the front owns its queue. */
const DISCOVERY_MS = 6_000;

/** Compares the front of a pod, whose requests pass two fronts, with a bare HAProxy. Both have one core for everything. */
export async function benchHop(tools: DebianTree): Promise<void> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "inference-bench-"));
    const network = new BenchNetwork();
    await network.open();
    try {
        await startHop(network, folder);
        await new Promise(resolve => setTimeout(resolve, DISCOVERY_MS));
        const load = new LoadGenerators(network, tools);
        const rounds = (run: (server: Server) => Promise<number>) =>
            inTurns(
                HOP_SERVERS.map(server => ({ name: server, run: () => run(server) })),
                ROUNDS,
            );
        for (const [name, ...options] of [
            ["HTTP/2, requests/s", "-n20000", "-c20", "-m10", "-t1"],
            ["HTTP/1.1 keep-alive, requests/s", "--h1", "-n20000", "-c20", "-t1"],
        ] as const) {
            const figures = await rounds(server => load.h2load(server, ...options));
            const rival = HOP_SERVERS[1];
            print({ name, figures: mediansOf(figures), rounds: figures, rival, target: { atLeast: 0.6 } });
        }
        const [hop, bare] = mediansOf(await rounds(server => load.medianMs(server, 2_000, folder))).values();
        printAbsolute("median of a request, more than bare HAProxy", hop! - bare!, "ms", 1);
    } finally {
        await network.close();
        await rm(folder, { recursive: true });
    }
}
