/** Starts, stops, resets and inspects a whole sandbox. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import * as lockfile from "proper-lockfile";
import { withProgress } from "../../machine/progress";
import { haproxy, haproxyConfiguration, writeFirstConfiguration } from "../control/load-balancer/haproxy";
import type { SandboxInstance } from "../instance";
import { addonIsReady, ADDONS, apiServerIsReady, nodeIsReady } from "../node/api-server";
import { sandboxProcesses } from "../node/control-groups";
import { NODE_DAEMONS } from "../node/daemons";
import { writeGatewayConfiguration } from "../node/gateway";
import { NAMESPACE_DAEMON } from "../node/namespace";
import { nodeExists, prepareNode, stopNode } from "../node/node";
import { type Daemon, logTail, runningDaemon, startDaemon, stopDaemons } from "../processes/daemon";
import { proportionalMemory } from "../processes/processes";
import { eventually } from "../processes/wait";
import { controlAnswers, controlCommand } from "./control-process";

/** Where `sandboxUp` runs containers. By default in the sandbox's Kubernetes node, where the machine allows it. */
export interface SandboxOptions {
    /** Path of a kubeconfig: containers run in this cluster instead of the sandbox's Kubernetes node. */
    kubeconfig?: string;
    /** Start Resource Manager and DNS only: container groups are recorded, but do not run. */
    controlPlaneOnly?: boolean;
}

/** What runs containers: the sandbox's Kubernetes node, an existing cluster, or nothing. */
type ContainerRuntime = "node" | "cluster" | "none";

/** Result of `sandboxUp`. */
export interface SandboxStarted {
    containerRuntime: ContainerRuntime;
    /** Why the machine cannot run the Kubernetes node. Present if `containerRuntime` is "none" without being requested. */
    reason?: string;
    /** Names of the daemons that were started. Empty when all were already running. */
    started: string[];
}

/** State of one daemon of a sandbox. */
interface DaemonStatus {
    name: string;
    /** Absent when the daemon is not running. */
    pid?: number;
    /** Its proportional set size in bytes. */
    memory: number;
}

/** State of a whole sandbox. */
export interface SandboxStatus {
    daemons: DaemonStatus[];
    /** The node is ready when it accepts pods and when kube-proxy, CoreDNS and metrics-server are ready. */
    ready: { control: boolean; apiServer: boolean; node: boolean };
    /** Proportional set size in bytes of all processes of the sandbox, including containers and their shims. */
    memory: number;
}

/** Timeout for the first answer of the control process, in milliseconds. */
const READY_TIMEOUT_MS = 60_000;

/** The control process, the gateway (node/gateway.ts) and the load balancer (control/load-balancer). */
const OTHER_DAEMONS = ["control", "gateway", "haproxy"] as const;

/** Every daemon that a sandbox can have. */
export const DAEMONS: readonly string[] = [...OTHER_DAEMONS, ...NODE_DAEMONS, NAMESPACE_DAEMON];

/**
 * Starts the parts of a sandbox that are not running, and waits until all of it is ready. State of earlier runs is kept;
 * running containers are not touched.
 */
export async function sandboxUp(
    instance: SandboxInstance,
    options: SandboxOptions = {},
): Promise<SandboxStarted> {
    return withLock(instance, () =>
        withProgress("Starting the local Azure", async report => {
            const { containerRuntime, reason } = chooseContainerRuntime(options);
            if (containerRuntime === "node") {
                return { containerRuntime, started: await startWithNode(instance, report) };
            }
            const kubeconfig = path.join(instance.stateFolder, "kubeconfig");
            rmSync(kubeconfig, { force: true });
            if (options.kubeconfig) copyFileSync(options.kubeconfig, kubeconfig);
            const started = await startControl(instance, { name: "control", command: controlCommand() });
            return { containerRuntime, ...(reason ? { reason } : {}), started };
        }),
    );
}

/** Stops a sandbox. Its state is kept; processes, mounts, network namespaces and control groups are removed. */
export async function sandboxDown(instance: SandboxInstance): Promise<void> {
    await withLock(instance, async () => {
        await stopDaemons(instance, OTHER_DAEMONS);
        if (process.platform === "linux" && nodeExists(instance)) await stopNode(instance);
    });
}

/** Stops a sandbox and deletes its state. */
export async function sandboxReset(instance: SandboxInstance): Promise<void> {
    await sandboxDown(instance);
    rmSync(instance.stateFolder, { recursive: true, force: true });
}

/** Which parts of a sandbox are running and ready, and how much memory they use. */
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
    if (process.platform === "linux") for (const pid of sandboxProcesses(instance)) pids.add(pid);
    const memory = [...pids].reduce((sum, pid) => sum + proportionalMemory(pid), 0);
    return { daemons, ready: { control, apiServer, node: node.every(Boolean) }, memory };
}

function chooseContainerRuntime(options: SandboxOptions): {
    containerRuntime: ContainerRuntime;
    reason?: string;
} {
    if (options.controlPlaneOnly) return { containerRuntime: "none" };
    if (options.kubeconfig) return { containerRuntime: "cluster" };
    if (process.platform !== "linux") return { containerRuntime: "none", reason: "it needs Linux" };
    if (process.getuid?.() !== 0) return { containerRuntime: "none", reason: "it needs root (use sudo)" };
    return { containerRuntime: "node" };
}

/** @returns names of the daemons that were started */
async function startWithNode(instance: SandboxInstance, report: (step: string) => void): Promise<string[]> {
    report("tools");
    const [{ program, environment }, node] = await Promise.all([haproxy(), prepareNode(instance)]);
    writeFirstConfiguration(instance);
    report("Kubernetes");
    const { inNode, onHostNetwork } = node.namespaces;
    const proxies: Daemon[] = [
        // Runs in the host's network and opens sockets in the node's network by the name of its namespace.
        {
            name: "gateway",
            command: onHostNetwork([program, "-db", "-f", writeGatewayConfiguration(instance)]),
        },
        // Runs in the node's network and opens sockets in the host's network: see load-balancer/configuration.ts.
        { name: "haproxy", command: inNode([program, "-W", "-f", haproxyConfiguration(instance)]) },
    ];
    const startedProxies = proxies
        .filter(daemon =>
            startDaemon(instance, { ...daemon, environment, controlGroups: node.groups.daemons }),
        )
        .map(({ name }) => name);
    const control: Daemon = {
        name: "control",
        command: onHostNetwork(controlCommand()),
        controlGroups: node.groups.daemons,
    };
    const started = await Promise.all([node.start(), startControl(instance, control)]);
    return [...startedProxies, ...started.flat()];
}

/** Starts the control process and waits until it answers. @returns its name if it was started */
async function startControl(instance: SandboxInstance, control: Daemon): Promise<string[]> {
    const { name } = control;
    const started = startDaemon(instance, {
        ...control,
        environment: { ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: String(instance.number) },
    });
    let answers = false;
    await eventually(async () => {
        answers = await controlAnswers(instance);
        return answers || runningDaemon(instance, name) === undefined;
    }, READY_TIMEOUT_MS);
    if (!answers) {
        throw new Error(
            `Resource Manager does not answer. The end of the log of the process "${name}":\n${logTail(instance, name)}`,
        );
    }
    return started ? [name] : [];
}

/** Runs `work` while no other process starts or stops this sandbox. */
async function withLock<T>(instance: SandboxInstance, work: () => Promise<T>): Promise<T> {
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
