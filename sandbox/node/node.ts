import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { type Daemon, lastWords, runningDaemon, startDaemon, stopDaemons } from "../processes/daemon";
import { signal } from "../processes/processes";
import { eventually } from "../processes/wait";
import type { SandboxInstance } from "../instance";
import { addonIsReady, ADDONS, apiServerIsReady, nodeIsReady, nodeIsRegistered } from "./api";
import { applyClusterObjects } from "./cluster-objects";
import {
    cniConfiguration,
    containerdConfiguration,
    containerdSocket,
    kubeletConfiguration,
    namesConfiguration,
    nodeFolder,
} from "./configuration";
import {
    type ControlGroups,
    groupedProcesses,
    makeControlGroups,
    removeControlGroups,
} from "./control-groups";
import { type ClusterCredentials, clusterCredentials } from "./credentials";
import { NODE_DAEMONS, nodeDaemons } from "./daemons";
import { openDoor } from "./door";
import { bindfs, filesAreMounted } from "./files";
import { importImage, PAUSE_IMAGE, pauseArchive } from "./images";
import { findNamespaces, type NodeNamespaces, nodeNamespaces, nodeRunFolder } from "./namespace";
import { nodeTools } from "./tools";
import { authoritiesFile, containerSpecification, trustedAuthorities } from "./trust";

/** How long a daemon may take until it answers. Long, for a machine that is busy with something else. */
const READY_MS = 120_000;

/** How long containers may take to end when the sandbox goes down, once asked. */
const CONTAINER_PATIENCE_MS = 5_000;

/** A node whose namespaces stand but whose programs may not run yet. */
export interface PreparedNode {
    namespaces: NodeNamespaces;
    groups: ControlGroups;
    /** Starts what does not run and waits until the node takes pods. @returns names of what had to be started */
    start(): Promise<string[]>;
}

/** Makes or finds the node's namespaces, control groups and credentials. */
export async function prepareNode(instance: SandboxInstance): Promise<PreparedNode> {
    const [tools, credentials, files] = await Promise.all([
        nodeTools(),
        clusterCredentials(instance),
        bindfs(),
    ]);
    const groups = makeControlGroups(instance);
    const { namespaces, fresh } = await nodeNamespaces(instance, groups);
    // Whatever still ran before belonged to namespaces that are gone.
    if (fresh) await stopDaemons(instance, NODE_DAEMONS, 0);

    writeConfiguration(nodeFolder(instance, "cni", "sandbox.conflist"), cniConfiguration());
    const containerd = containerdConfiguration(instance, tools, PAUSE_IMAGE);
    writeConfiguration(nodeFolder(instance, "containerd.toml"), containerd);
    const kubelet = kubeletConfiguration(instance, credentials, groups.root);
    writeConfiguration(nodeFolder(instance, "kubelet.yaml"), kubelet);
    writeConfiguration(nodeFolder(instance, "Corefile"), namesConfiguration(instance, credentials));
    writeConfiguration(authoritiesFile(instance), await trustedAuthorities(instance), 0o644);
    writeConfiguration(nodeFolder(instance, "container.json"), await containerSpecification(instance, tools));
    await openDoor(instance, namespaces, tools);

    const daemons = nodeDaemons(instance, { tools, groups, namespaces, credentials, files });
    return { namespaces, groups, start: () => startNode(instance, daemons, credentials) };
}

async function startNode(
    instance: SandboxInstance,
    daemons: Record<(typeof NODE_DAEMONS)[number], Daemon>,
    credentials: ClusterCredentials,
): Promise<string[]> {
    const begun = new Date();
    const started: string[] = [];
    const start = (name: keyof typeof daemons) => {
        if (startDaemon(instance, daemons[name])) started.push(name);
    };
    start("etcd");
    start("kube-apiserver");
    start("containerd");
    start("azure-files");
    await Promise.all([
        ready(instance, "azure-files", () => Promise.resolve(filesAreMounted(instance, "azure-files"))),
        (async () => {
            await ready(instance, "containerd", () => accepts(containerdSocket(instance)));
            await importImage(instance, await pauseArchive());
        })(),
        ready(instance, "kube-apiserver", () => apiServerIsReady(instance)),
    ]);
    start("kube-controller-manager");
    start("kube-scheduler");
    start("kubelet");
    await applyClusterObjects(instance, credentials);
    start("coredns");
    start("metrics-server");
    // kube-proxy looks for its node once a second.
    await ready(instance, "kubelet", () => nodeIsRegistered(instance));
    start("kube-proxy");
    const since = started.includes("kubelet") ? begun : undefined;
    await ready(instance, "kubelet", () => nodeIsReady(instance, since));
    await Promise.all(ADDONS.map(name => ready(instance, name, () => addonIsReady(instance, name))));
    return started;
}

/** Stops containers and daemons, and removes what the node had outside of the state folder. */
export async function stopNode(instance: SandboxInstance): Promise<void> {
    // Nothing may start a container again while containers are being stopped.
    await stopDaemons(instance, NODE_DAEMONS.slice(0, 3));
    for (const pid of groupedProcesses(instance, "kubepods")) signal(pid, "SIGTERM");
    await eventually(() => groupedProcesses(instance, "kubepods").length === 0, CONTAINER_PATIENCE_MS);
    for (const pid of groupedProcesses(instance, "kubepods")) signal(pid, "SIGKILL");
    // The API server waits for clients that watch; everything that it has promised is in etcd by then.
    await stopDaemons(instance, [...ADDONS, "containerd", "kube-apiserver"], 1_500);
    await stopDaemons(instance, ["azure-files", "etcd", "namespace"]);
    await removeControlGroups(instance);
    rmSync(nodeRunFolder(instance), { recursive: true, force: true });
}

/** Whether anything of a node is there to be stopped. */
export function nodeExists(instance: SandboxInstance): boolean {
    return existsSync(nodeRunFolder(instance)) || findNamespaces(instance) !== undefined;
}

async function ready(
    instance: SandboxInstance,
    name: string,
    answers: () => Promise<boolean>,
): Promise<void> {
    let dead = false;
    await eventually(async () => {
        if (await answers()) return true;
        dead = runningDaemon(instance, name) === undefined;
        return dead;
    }, READY_MS);
    if (!dead && (await answers())) return;
    const state = dead ? "has ended" : `has not become ready in ${READY_MS / 1000} s`;
    throw new Error(`${name} ${state}. The end of its log:\n${lastWords(instance, name)}`);
}

function accepts(socket: string): Promise<boolean> {
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
