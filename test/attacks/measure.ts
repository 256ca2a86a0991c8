import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { type AttackedFront, clientFlags, KEY, type ModelSeen } from "./fronts";
import { attackerProgram } from "./programs";

/** What a client saw that sends 40 requests per second. Times in milliseconds. */
export interface Score {
    count: number;
    failed: number;
    failures: string[];
    p50: number;
    p99: number;
}

export interface Attack {
    title: string;
    /** Arguments of the attacker program, or another program with all of its arguments. */
    command: readonly string[] | ((front: AttackedFront) => Promise<readonly string[]>);
    env?: NodeJS.ProcessEnv;
    /** Duration in seconds. @default 6 */
    seconds?: number;
    /** Seconds from its start until the client starts. @default 1 */
    after?: number;
    /** Whether the attacker has a scoring key. @default false */
    key?: boolean;
    /** How much the memory of HAProxy may grow, in MiB. @default 64 */
    memory?: number;
}

interface Outcome {
    count: number;
    minMs: number;
    maxMs: number;
}

export interface Measured {
    peace: Score;
    attacked: Score;
    /** What the attacker saw. */
    outcomes: Record<string, Outcome>;
    /** Growth of HAProxy's memory in MiB. */
    memory: number;
    /** The slowest answer of /live and /ready in milliseconds; Infinity without an answer of status 200. */
    probe: number;
    restarted: boolean;
    model: ModelSeen;
}

/** Below this p99, a difference says more about the machine than about the front. Milliseconds. */
const QUIET_MS = 20;
/** How much slower 99 of 100 answers may become. */
const SLOWER = 3;
const MEMORY_MIB = 64;
const PROBE_MS = 1_000;
const PROBE_EVERY_MS = 400;
const SECONDS = 6;

/** A client's requests while nobody attacks. */
export async function peace(front: AttackedFront, seconds = 4): Promise<Score> {
    // Their first requests also start threads and fill caches.
    await score(front, 1);
    return score(front, seconds);
}

/** Attacks a front while a well-behaved client sends requests. */
export async function attack(front: AttackedFront, calm: Score, one: Attack): Promise<Measured> {
    const { seconds = SECONDS, after = 1 } = one;
    await front.seen();
    const pids = await front.pids();
    const before = resetPeak(pids);
    const program = await attackerProgram();
    const command = typeof one.command === "function" ? await one.command(front) : [program, ...one.command];
    const flags = command[0] === program ? attackFlags(front, one, seconds + after) : [];
    // An attacker has a machine of its own; here it gets the processor time that the front and the client leave.
    const attacker = front.inside(["nice", "-n", "15", ...command, ...flags], one.env);
    const probes = probing(front);
    await delay(after * 1_000);
    const attacked = await score(front, seconds - 1);
    const probe = await probes.stop();
    const memory = (Math.max(...pids.map(peakOf)) - before) / 1_024;
    const { stdout, stderr } = await attacker;
    const measured = {
        ...{ peace: calm, attacked, memory, probe, outcomes: outcomesOf(stdout, stderr) },
        restarted: pids.join() !== (await front.pids()).join(),
        model: await front.seen(),
    };
    note(front, one, measured);
    return measured;
}

/** The well-behaved client lost nothing, and the front stayed small and answered its probes. */
export function expectHeld({ attacked, ...rest }: Measured, { memory = MEMORY_MIB }: Attack): void {
    expect(attacked.failures).toEqual([]);
    expect(attacked.count).toBeGreaterThan(0);
    expect.soft(rest.restarted).toBe(false);
    expect.soft(rest.memory).toBeLessThan(memory);
    expect.soft(rest.probe).toBeLessThan(PROBE_MS);
    expect.soft(rest.model.received.filter(({ odd }) => odd !== "")).toEqual([]);
}

/** The most that p99 may be under attack, in milliseconds. */
export function slowestP99({ peace: calm }: Measured): number {
    return SLOWER * Math.max(calm.p99, QUIET_MS);
}

function attackFlags(front: AttackedFront, { key = false }: Attack, seconds: number): string[] {
    const { entrances, host, path } = front;
    const target = ["-target", entrances[0] ?? "", "-host", host, "-path", path];
    return [...target, "-seconds", String(seconds), ...(key ? ["-key", KEY] : [])];
}

async function score(front: AttackedFront, seconds: number): Promise<Score> {
    const command = [await attackerProgram(), "score", ...clientFlags(front), "-seconds", String(seconds)];
    const { stdout, stderr } = await front.inside(command);
    if (!stdout.startsWith("{")) throw new Error(`The client ended with ${stderr}`);
    return JSON.parse(stdout) as Score;
}

/** Asks /live and /ready of every front again and again. `stop` returns the slowest answer. */
function probing(front: AttackedFront): { stop(): Promise<number> } {
    let slowest = 0;
    let stopped = false;
    const urls = front.health.flatMap(at => [`http://${at}/live`, `http://${at}/ready`]);
    const format = ["--output", "/dev/null", "--write-out", "%{http_code} %{time_total}\\n"];
    const done = (async () => {
        while (!stopped) {
            for (const url of urls) {
                const command = ["curl", "--silent", "--max-time", "2", ...format, url];
                const { stdout } = await front.inside(command);
                const [status = "", seconds = ""] = stdout.split(" ");
                slowest = Math.max(slowest, status === "200" ? Number(seconds) * 1_000 : Infinity);
            }
            await delay(PROBE_EVERY_MS);
        }
    })();
    return {
        async stop() {
            stopped = true;
            await done;
            return slowest;
        },
    };
}

/** Starts a new measurement of the peak, and returns the memory of the largest process in KiB. */
function resetPeak(pids: readonly number[]): number {
    for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, "5");
    return Math.max(...pids.map(peakOf));
}

function peakOf(pid: number): number {
    if (!existsSync(`/proc/${pid}/status`)) return Infinity;
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function outcomesOf(stdout: string, stderr: string): Measured["outcomes"] {
    if (!stdout.startsWith('{"outcomes"'))
        return { [`${stdout}${stderr}`.slice(-2_000)]: { count: 1, minMs: 0, maxMs: 0 } };
    return (JSON.parse(stdout) as { outcomes: Measured["outcomes"] }).outcomes;
}

/** Adds the figures to the file that ATTACK_FIGURES names, for docs/security.md. */
function note(front: AttackedFront, { title }: Attack, measured: Measured): void {
    const file = process.env.ATTACK_FIGURES;
    if (file === undefined) return;
    const { model, ...figures } = measured;
    const { total, most } = model;
    appendFileSync(file, `${JSON.stringify({ front: front.title, title, ...figures, total, most })}\n`);
}
