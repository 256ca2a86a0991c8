import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { logTail, runningDaemon, startDaemon, stopDaemons } from "../processes/daemon";
import { sendSignal } from "../processes/processes";
import { eventually } from "../processes/wait";
import type { SandboxInstance } from "../instance";
import { addonIsReady, ADDONS, apiServerIsReady, nodeIsReady, nodeIsRegistered } from "./api-server";
import { bindfs, sharesAreMounted } from "./azure-files";
import { applyAzureRoutes } from "./azure-routes";
import { applyClusterObjects } from "./cluster-objects";
import {
    cniConfiguration,
    containerdConfiguration,
    containerdSocket,
    dnsConfiguration,
    kubeletConfiguration,
    nodeFolder,
} from "./configuration";
import {
    type ControlGroups,
    createControlGroups,
    removeControlGroups,
    sandboxProcesses,
} from "./control-groups";
import { type ClusterCredentials, clusterCredentials } from "./credentials";
import { CONTAINER_MANAGERS, NODE_DAEMONS, type NodeDaemons, nodeDaemons, type NodeParts } from "./daemons";
import { importImage, PAUSE_IMAGE, pauseArchive } from "./images";
import {
    findNamespaces,
    NAMESPACE_DAEMON,
    type NodeNamespaces,
    nodeNamespaces,
    nodeRunFolder,
} from "./namespace";
import { nodeTools } from "./tools";
import { authoritiesFile, containerSpecification, trustedAuthorities } from "./trust";

/** Timeout for a daemon to become ready, in milliseconds. Long enough for a busy machine. */
const READY_TIMEOUT_MS = 120_000;

/** Time between SIGTERM and SIGKILL for containers when the sandbox stops, in milliseconds. */
const CONTAINER_GRACE_PERIOD_MS = 5_000;

/** A node whose namespaces exist and whose programs may not be running yet. */
export interface PreparedNode {
    namespaces: NodeNamespaces;
    groups: ControlGroups;
    /** Starts daemons that are not running and waits until the node is ready. @returns names of the started daemons */
    start(): Promise<string[]>;
}

/** Creates or finds the node's namespaces, control groups and credentials, and writes the configuration of its daemons. */
export async function prepareNode(instance: SandboxInstance): Promise<PreparedNode> {
    const [tools, credentials, bindfsProgram] = await Promise.all([
        nodeTools(),
        clusterCredentials(instance),
        bindfs(),
    ]);
    const groups = createControlGroups(instance);
    const { namespaces, created } = await nodeNamespaces(instance, groups);
    // Daemons of an earlier start are in namespaces that are no longer used.
    if (created) await stopDaemons(instance, NODE_DAEMONS, 0);

    const parts: NodeParts = { tools, groups, namespaces, credentials, bindfs: bindfsProgram };
    await writeConfigurations(instance, parts);
    await applyAzureRoutes(instance, namespaces, tools);

    const daemons = nodeDaemons(instance, parts);
    return { namespaces, groups, start: () => startNode(instance, daemons, credentials) };
}

async function writeConfigurations(
    instance: SandboxInstance,
    { tools, groups, credentials }: NodeParts,
): Promise<void> {
    const texts = {
        [path.join("cni", "sandbox.conflist")]: cniConfiguration(),
        "containerd.toml": containerdConfiguration(instance, tools, PAUSE_IMAGE),
        "kubelet.yaml": kubeletConfiguration(instance, credentials, groups.root),
        Corefile: dnsConfiguration(instance, credentials),
        "container.json": await containerSpecification(instance, tools),
    };
    for (const [name, text] of Object.entries(texts)) writeConfiguration(nodeFolder(instance, name), text);
    // Users in containers read this file.
    writeConfiguration(authoritiesFile(instance), await trustedAuthorities(instance), 0o644);
}

/** Starts the daemons in the order of their dependencies. */
async function startNode(
    instance: SandboxInstance,
    daemons: NodeDaemons,
    credentials: ClusterCredentials,
): Promise<string[]> {
    const startTime = new Date();
    const started: string[] = [];
    const start = (name: keyof typeof daemons) => {
        if (startDaemon(instance, daemons[name])) started.push(name);
    };
    start("etcd");
    start("kube-apiserver");
    start("containerd");
    start("azure-files");
    await Promise.all([
        waitUntilReady(instance, "azure-files", () =>
            Promise.resolve(sharesAreMounted(instance, "azure-files")),
        ),
        (async () => {
            await waitUntilReady(instance, "containerd", () =>
                acceptsConnections(containerdSocket(instance)),
            );
            await importImage(instance, await pauseArchive());
        })(),
        waitUntilReady(instance, "kube-apiserver", () => apiServerIsReady(instance)),
    ]);
    start("kube-controller-manager");
    start("kube-scheduler");
    start("kubelet");
    await applyClusterObjects(instance, credentials);
    start("coredns");
    start("metrics-server");
    // kube-proxy waits for its node object and polls it only once a second, so it starts after the registration.
    await waitUntilReady(instance, "kubelet", () => nodeIsRegistered(instance));
    start("kube-proxy");
    const since = started.includes("kubelet") ? startTime : undefined;
    await waitUntilReady(instance, "kubelet", () => nodeIsReady(instance, since));
    await Promise.all(ADDONS.map(name => waitUntilReady(instance, name, () => addonIsReady(instance, name))));
    return started;
}

/** Stops containers and daemons, and removes the node's control groups and run folder. */
export async function stopNode(instance: SandboxInstance): Promise<void> {
    await stopDaemons(instance, CONTAINER_MANAGERS);
    for (const pid of sandboxProcesses(instance, "kubepods")) sendSignal(pid, "SIGTERM");
    await eventually(() => sandboxProcesses(instance, "kubepods").length === 0, CONTAINER_GRACE_PERIOD_MS);
    for (const pid of sandboxProcesses(instance, "kubepods")) sendSignal(pid, "SIGKILL");
    // The API server would wait for open watch requests. Acknowledged writes are already in etcd, so it can be killed.
    await stopDaemons(instance, [...ADDONS, "containerd", "kube-apiserver"], 1_500);
    await stopDaemons(instance, ["azure-files", "etcd", NAMESPACE_DAEMON]);
    await removeControlGroups(instance);
    rmSync(nodeRunFolder(instance), { recursive: true, force: true });
}

/** Whether parts of a node exist, running or not, that `stopNode` has to remove. */
export function nodeExists(instance: SandboxInstance): boolean {
    return existsSync(nodeRunFolder(instance)) || findNamespaces(instance) !== undefined;
}

/** @throws with the end of the daemon's log if it ends or does not become ready */
async function waitUntilReady(
    instance: SandboxInstance,
    name: string,
    isReady: () => Promise<boolean>,
): Promise<void> {
    let ended = false;
    await eventually(async () => {
        if (await isReady()) return true;
        ended = runningDaemon(instance, name) === undefined;
        return ended;
    }, READY_TIMEOUT_MS);
    if (!ended && (await isReady())) return;
    const state = ended ? "has ended" : `was not ready after ${READY_TIMEOUT_MS / 1000} s`;
    throw new Error(`${name} ${state}. The end of its log:\n${logTail(instance, name)}`);
}

function acceptsConnections(socket: string): Promise<boolean> {
    return new Promise(resolve => {
        const connection = net.connect(socket);
        connection.on("connect", () => {
            connection.destroy();
            resolve(true);
        });
        connection.on("error", () => resolve(false));
    });
}

function writeConfiguration(file: string, text: string, mode = 0o600): void {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
}
