import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "../../machine/cache";
import type { SandboxInstance } from "../instance";
import { logTail, runningDaemon, startDaemon } from "../processes/daemon";
import { eventually } from "../processes/wait";
import { type ControlGroups, sandboxProcesses } from "./control-groups";
import { NODE_ADDRESS, SERVICE_NETWORK } from "./settings";

/** The daemon whose process keeps the namespaces alive. */
export const NAMESPACE_DAEMON = "namespace";

/** Timeout for the setup of new namespaces, in milliseconds. */
const SETUP_TIMEOUT_MS = 10_000;

/** The network namespace and the mount namespace of a running node. */
export interface NodeNamespaces {
    /** Wraps a command so that it runs with the node's network and mounts. */
    inNode: (command: readonly string[]) => string[];
    /**
     * Wraps a command so that it runs with the host's network and the node's mounts, where `/run/netns` contains both
     * network namespaces by name.
     */
    onHostNetwork: (command: readonly string[]) => string[];
}

/**
 * Sockets and run-time state of containerd and the control process. The path is short because the path of a socket may have at
 * most 108 bytes. Removed when the sandbox stops.
 */
export function nodeRunFolder(instance: SandboxInstance): string {
    return `/run/azure-secure-inference-${instance.number}`;
}

/** Name of the host's network namespace in the node's `/run/netns`. */
export function hostNetworkNamespace(instance: SandboxInstance): string {
    return `${instance.namespace}-host`;
}

/**
 * Finds or creates the node's namespaces. Existing ones are used even if only containers are still running in them.
 * @returns the namespaces, and whether they are new; processes of earlier namespaces are then useless
 */
export async function nodeNamespaces(
    instance: SandboxInstance,
    groups: ControlGroups,
): Promise<{ namespaces: NodeNamespaces; created: boolean }> {
    const existing = findNamespaces(instance);
    if (existing) {
        // Starts the daemon again if it was killed.
        startDaemon(instance, {
            name: NAMESPACE_DAEMON,
            command: existing.inNode(["sleep", "infinity"]),
            controlGroups: groups.daemons,
        });
        return { namespaces: existing, created: false };
    }
    return { namespaces: await createNamespaces(instance, groups), created: true };
}

async function createNamespaces(instance: SandboxInstance, groups: ControlGroups): Promise<NodeNamespaces> {
    const runFolder = nodeRunFolder(instance);
    rmSync(runFolder, { recursive: true, force: true });
    const scratch = path.join(runFolder, "scratch");
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    mkdirSync(cacheFolder(), { recursive: true });
    startDaemon(instance, {
        name: NAMESPACE_DAEMON,
        command: [
            ...["unshare", "--net", "--mount", "--propagation", "slave", "--"],
            ...["/bin/sh", path.join(__dirname, "namespace.sh"), instance.namespace, NODE_ADDRESS],
            ...[SERVICE_NETWORK, scratch, runFolder, instance.stateFolder, cacheFolder()],
        ],
        controlGroups: groups.daemons,
    });
    const finished = await eventually(() => {
        const pid = runningDaemon(instance, NAMESPACE_DAEMON);
        return pid === undefined || setupIsComplete(pid);
    }, SETUP_TIMEOUT_MS);
    const namespaces = findNamespaces(instance);
    if (!finished || !namespaces || runningDaemon(instance, NAMESPACE_DAEMON) === undefined) {
        const log = logTail(instance, NAMESPACE_DAEMON);
        throw new Error(`The node's namespaces could not be created. The end of the log:\n${log}`);
    }
    return namespaces;
}

/** The namespaces of this sandbox, as long as at least one of its processes is running in them. */
export function findNamespaces(instance: SandboxInstance): NodeNamespaces | undefined {
    const daemon = runningDaemon(instance, NAMESPACE_DAEMON);
    const candidates = [...(daemon === undefined ? [] : [daemon]), ...sandboxProcesses(instance, "daemons")];
    const network = (pid: number) => `/proc/${pid}/root/run/netns/${instance.namespace}`;
    const member = candidates.find(pid => existsSync(network(pid)));
    if (member === undefined) return undefined;
    const mounts = `--mount=/proc/${member}/ns/mnt`;
    return {
        inNode: command => ["nsenter", mounts, `--net=${network(member)}`, "--", ...command],
        onHostNetwork: command => ["nsenter", mounts, "--", ...command],
    };
}

/** At its end, namespace.sh becomes `sleep`. */
function setupIsComplete(pid: number): boolean {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep\0");
    } catch {
        return false;
    }
}
