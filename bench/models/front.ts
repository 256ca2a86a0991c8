import { readFile } from "node:fs/promises";
import { LIVE_PATH, type PodFrontModel, type PodFrontSettings } from "../../components/front";
import { eventually } from "../../sandbox/processes/wait";
import { ClusterStage, FRONTS } from "../../test/support/front-cluster-stage";
import { printAbsolute } from "../report";
import { median } from "../rounds";
import { MODEL_COUNTS, printGrowth } from "./growth";

const ROUNDS = 5;
const REPLICAS = 12;
/** The default memory of a front: 0.5 GB. */
const MEMORY_OF_A_FRONT = 512;
/** The port of the first model. All models have the same addresses and different ports. */
const FIRST_PORT = 6000;
const FIRST_ADDRESS = 101;
/** The number of fronts. */
const FRONT = 1;

/**
 * Starts the front of a pod with the given number of models. Measures the time until it answers, and its memory after it has resolved and
 * checked every replica.
 */
export async function benchModelsFront(): Promise<void> {
    const stage = new ClusterStage();
    const totals: [count: number, mebibytes: number][] = [];
    try {
        await stage.open();
        await stage.dns(FRONTS, [stage.address(FRONT)]);
        const models: PodFrontModel[] = [];
        for (const count of MODEL_COUNTS) {
            while (models.length < count) models.push(await startModel(stage, models.length));
            const settings = {
                tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000 } as const,
                models,
            };
            const seconds: number[] = [];
            const mebibytes: number[] = [];
            for (let round = 0; round < ROUNDS; round++) {
                const seen = await start(stage, { ...settings, fronts: { host: FRONTS, most: 5 } });
                seconds.push(seen.seconds);
                mebibytes.push(seen.mebibytes);
            }
            const name = `front with ${count} models of ${REPLICAS} replicas`;
            printAbsolute(`${name}, until it answers`, median(seconds), "s", 1);
            printAbsolute(`${name}, memory`, median(mebibytes), "MiB", MEMORY_OF_A_FRONT);
            totals.push([count, median(mebibytes)]);
        }
        printGrowth("memory of the front, MiB for each added model", totals);
    } finally {
        await stage.close();
    }
}

async function startModel(stage: ClusterStage, index: number): Promise<PodFrontModel> {
    const name = `model-${index}`;
    const host = `${name}.ml.svc.cluster.local`;
    const port = FIRST_PORT + index;
    const addresses = Array.from({ length: REPLICAS }, (_, replica) => `10.99.0.${FIRST_ADDRESS + replica}`);
    await stage.ask("model", { name, addresses, port, delayMs: 0 });
    await stage.dns(host, addresses);
    return {
        ...{ name, host, port, healthPath: "/health", replicas: REPLICAS },
        ...{
            maxConcurrentRequests: 1,
            maxQueueWaitMs: 500,
            scoringTimeoutMs: 60_000,
            requestTimeoutMs: 75_000,
        },
        ...{ maxBodyBytes: 10 << 20, keysRequired: false },
    };
}

async function start(
    stage: ClusterStage,
    settings: PodFrontSettings,
): Promise<{ seconds: number; mebibytes: number }> {
    const started = performance.now();
    await stage.startFront(FRONT, settings);
    // HAProxy opens its ports only after it has read the whole configuration.
    const answers = await eventually(async () => (await stage.health(FRONT, LIVE_PATH)) === 200, 30_000);
    const seconds = (performance.now() - started) / 1000;
    const complete = answers && (await eventually(() => knowsAll(stage, settings), 60_000));
    const mebibytes = await residentMebibytes(await stage.pids(FRONT));
    const said = await stage.killFront(FRONT);
    if (!complete) throw new Error(`The front does not answer, or does not find every replica:\n${said}`);
    return { seconds, mebibytes };
}

async function knowsAll(stage: ClusterStage, { models }: PodFrontSettings): Promise<boolean> {
    const metrics = await stage.metrics(FRONT);
    return models.every(({ name }) =>
        metrics.includes(`haproxy_backend_active_servers{proxy="${name}"} ${REPLICAS}\n`),
    );
}

/** Resident set size. The proportional size would depend on other fronts on the machine, which share the code. */
async function residentMebibytes(pids: readonly number[]): Promise<number> {
    const statuses = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/status`, "utf8")));
    const kibibytes = statuses.map(status => Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]));
    return kibibytes.reduce((sum, one) => sum + one, 0) / 1024;
}
