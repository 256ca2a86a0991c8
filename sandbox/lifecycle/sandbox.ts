import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import * as lockfile from "proper-lockfile";
import { withProgress } from "../../machine/progress";
import type { SandboxInstance } from "../instance";
import { addonIsReady, ADDONS, apiServerIsReady, nodeIsReady } from "../node/api";
import { groupedProcesses } from "../node/control-groups";
import { NODE_DAEMONS } from "../node/daemons";
import { nodeExists, prepareNode, stopNode } from "../node/node";
import { controlAnswers, controlCommand } from "./control-process";
import { type Daemon, lastWords, runningDaemon, startDaemon, stopDaemons } from "../processes/daemon";
import { writeDoors } from "../node/doors";
import { haproxy, haproxyConfiguration, writeFirstConfiguration } from "../control/load-balancer/haproxy";
import { proportionalMemory } from "../processes/processes";
import { eventually } from "../processes/wait";

/** How `sandboxUp` provides containers. */
export interface SandboxOptions {
    /** Runs containers in the cluster of this file instead of a node of the sandbox's own. */
    kubeconfig?: string;
    /** ARM and DNS alone: container groups are recorded, but no container runs. */
    controlPlaneOnly?: boolean;
}

/** Where containers run: in a node of the sandbox's own, in a cluster that was there, or nowhere. */
type Substrate = "node" | "cluster" | "none";

/** What `sandboxUp` did. */
export interface SandboxStarted {
    substrate: Substrate;
    /** Why there is no node although none was asked to be left out. */
    reason?: string;
    /** Daemons that did not run before. Empty when everything was there. */
    started: string[];
}

/** State of one daemon of a sandbox. */
interface DaemonStatus {
    name: string;
    /** `undefined` when it does not run. */
    pid?: number;
    /** Its proportional set size in bytes. */
    memory: number;
}

/** State of a whole sandbox. */
export interface SandboxStatus {
    daemons: DaemonStatus[];
    /** The node is ready when it takes pods, and its Services, names and metrics work. */
    ready: { control: boolean; apiServer: boolean; node: boolean };
    /** Proportional set size in bytes of all its processes with containers and their shims. */
    memory: number;
}

/** How long the control process may take until it answers. */
const READY_MS = 60_000;

const OTHER_DAEMONS = ["control", "doors", "haproxy"] as const;

/** Every daemon that a sandbox can have. */
export const DAEMONS: readonly string[] = [...OTHER_DAEMONS, ...NODE_DAEMONS, "namespace"];

/**
 * Starts a sandbox or whatever of it does not run, and waits until all of it answers. State of earlier runs is kept;
 * containers that run are left alone.
 */
export async function sandboxUp(
    instance: SandboxInstance,
    options: SandboxOptions = {},
): Promise<SandboxStarted> {
    return exclusively(instance, () =>
        withProgress("Starting the local Azure", async report => {
            const { substrate, reason } = chooseSubstrate(options);
            const kubeconfig = path.join(instance.stateFolder, "kubeconfig");
            if (substrate !== "node") {
                rmSync(kubeconfig, { force: true });
                if (options.kubeconfig) copyFileSync(options.kubeconfig, kubeconfig);
                const started = await startControl(instance, command => command, []);
                return { substrate, ...(reason ? { reason } : {}), started };
            }
            report("tools");
            const [{ program, environment }, node] = await Promise.all([haproxy(), prepareNode(instance)]);
            writeFirstConfiguration(instance);
            report("Kubernetes");
            const { beside, inside } = node.namespaces;
            const proxies: Daemon[] = [
                // Its own network is the host's, and by name it reaches into the node's.
                { name: "doors", command: beside([program, "-db", "-f", writeDoors(instance)]) },
                // The other way round: see load-balancer/configuration.ts.
                { name: "haproxy", command: inside([program, "-W", "-f", haproxyConfiguration(instance)]) },
            ];
            const opened = proxies
                .filter(daemon =>
                    startDaemon(instance, { ...daemon, environment, controlGroups: node.groups.daemons }),
                )
                .map(({ name }) => name);
            const started = await Promise.all([
                node.start(),
                startControl(instance, beside, node.groups.daemons),
            ]);
            return { substrate, started: [...opened, ...started.flat()] };
        }),
    );
}

/** Stops a sandbox. Its state stays; of everything else nothing does. */
export async function sandboxDown(instance: SandboxInstance): Promise<void> {
    await exclusively(instance, async () => {
        await stopDaemons(instance, OTHER_DAEMONS);
        if (process.platform === "linux" && nodeExists(instance)) await stopNode(instance);
    });
}

/** Stops a sandbox and deletes its state. */
export async function sandboxReset(instance: SandboxInstance): Promise<void> {
    await sandboxDown(instance);
    rmSync(instance.stateFolder, { recursive: true, force: true });
}

/** What of a sandbox runs and answers, and the memory that it takes. */
export async function sandboxStatus(instance: SandboxInstance): Promise<SandboxStatus> {
    const [control, apiServer, ...node] = await Promise.all([
        controlAnswers(instance),
        apiServerIsReady(instance),
        nodeIsReady(instance),
        ...ADDONS.map(name => addonIsReady(instance, name)),
    ]);
    const daemons = DAEMONS.map((name): DaemonStatus => {
        const pid = runningDaemon(instance, name);
        return { name, ...(pid === undefined ? { memory: 0 } : { pid, memory: proportionalMemory(pid) }) };
    });
    const pids = new Set(daemons.map(({ pid }) => pid).filter(pid => pid !== undefined));
    if (process.platform === "linux") for (const pid of groupedProcesses(instance)) pids.add(pid);
    const memory = [...pids].reduce((sum, pid) => sum + proportionalMemory(pid), 0);
    return { daemons, ready: { control, apiServer, node: node.every(Boolean) }, memory };
}

function chooseSubstrate(options: SandboxOptions): { substrate: Substrate; reason?: string } {
    if (options.controlPlaneOnly) return { substrate: "none" };
    if (options.kubeconfig) return { substrate: "cluster" };
    if (process.platform !== "linux") return { substrate: "none", reason: "it needs Linux" };
    if (process.getuid?.() !== 0) return { substrate: "none", reason: "it needs root (try sudo)" };
    return { substrate: "node" };
}

async function startControl(
    instance: SandboxInstance,
    place: (command: readonly string[]) => readonly string[],
    controlGroups: readonly string[],
): Promise<string[]> {
    const name = "control";
    const started = startDaemon(instance, {
        name,
        command: place(controlCommand()),
        environment: { ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: String(instance.number) },
        controlGroups,
    });
    let answers = false;
    await eventually(async () => {
        answers = await controlAnswers(instance);
        return answers || runningDaemon(instance, name) === undefined;
    }, READY_MS);
    if (!answers) {
        throw new Error(`The ARM server does not answer. The end of its log:\n${lastWords(instance, name)}`);
    }
    return started ? [name] : [];
}

/** Two at once would start and stop each other's daemons. */
async function exclusively<T>(instance: SandboxInstance, work: () => Promise<T>): Promise<T> {
    const folder = path.dirname(instance.stateFolder);
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const release = await lockfile.lock(instance.stateFolder, {
        realpath: false,
        stale: 10_000,
        retries: { forever: true, minTimeout: 100, maxTimeout: 1_000 },
    });
    try {
        mkdirSync(instance.stateFolder, { recursive: true, mode: 0o700 });
        return await work();
    } finally {
        await release();
    }
}
