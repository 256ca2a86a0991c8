import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "../../machine/cache";
import { lastWords, runningDaemon, startDaemon } from "../processes/daemon";
import { eventually } from "../processes/wait";
import type { SandboxInstance } from "../instance";
import { type ControlGroups, groupedProcesses } from "./control-groups";
import { NODE_ADDRESS, SERVICE_NETWORK } from "./settings";

/** The process that keeps the namespaces, as a daemon's name. */
const HOLDER = "namespace";

/** The namespaces of a running node. */
export interface NodeNamespaces {
    /** A command that runs inside of the node: its network, its mounts. */
    inside: (command: readonly string[]) => string[];
    /** A command with the host's network but the node's mounts, where `/run/netns` has both networks by name. */
    beside: (command: readonly string[]) => string[];
}

/** Sockets and state of containerd, as short as the 108 bytes of a socket's path demand. Empty again after `down`. */
export function nodeRunFolder(instance: SandboxInstance): string {
    return `/run/azure-secure-inference-${instance.number}`;
}

/** The name of the host's network beside that of the node's, for programs of the node. */
export function hostNetwork(instance: SandboxInstance): string {
    return `${instance.namespace}-host`;
}

/**
 * The node's namespaces: those that are there, even when only containers were left alive in them, else new ones.
 * @returns also whether they are new, in which case nothing that ran in earlier ones can be of use any more
 */
export async function nodeNamespaces(
    instance: SandboxInstance,
    groups: ControlGroups,
): Promise<{ namespaces: NodeNamespaces; fresh: boolean }> {
    const survivor = findNamespaces(instance);
    const run = nodeRunFolder(instance);
    if (survivor) {
        // Back under the care of a process that does nothing but keep them.
        startDaemon(instance, {
            name: HOLDER,
            command: survivor.inside(["sleep", "infinity"]),
            controlGroups: groups.daemons,
        });
        return { namespaces: survivor, fresh: false };
    }
    rmSync(run, { recursive: true, force: true });
    const scratch = path.join(run, "scratch");
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    mkdirSync(cacheFolder(), { recursive: true });
    startDaemon(instance, {
        name: HOLDER,
        command: [
            ...["unshare", "--net", "--mount", "--propagation", "slave", "--"],
            ...["/bin/sh", path.join(__dirname, "namespace.sh"), instance.namespace, NODE_ADDRESS],
            ...[SERVICE_NETWORK, scratch, run, instance.stateFolder, cacheFolder()],
        ],
        controlGroups: groups.daemons,
    });
    const ready = await eventually(() => {
        const pid = runningDaemon(instance, HOLDER);
        return pid === undefined || isWaiting(pid);
    }, 10_000);
    const namespaces = findNamespaces(instance);
    if (!ready || !namespaces || runningDaemon(instance, HOLDER) === undefined) {
        throw new Error(`The node's namespaces could not be made:\n${lastWords(instance, HOLDER)}`);
    }
    return { namespaces, fresh: true };
}

/** The namespaces of this sandbox as long as any of its processes lives in them. */
export function findNamespaces(instance: SandboxInstance): NodeNamespaces | undefined {
    const holder = runningDaemon(instance, HOLDER);
    const candidates = [...(holder === undefined ? [] : [holder]), ...groupedProcesses(instance, "daemons")];
    const network = (pid: number) => `/proc/${pid}/root/run/netns/${instance.namespace}`;
    const member = candidates.find(pid => existsSync(network(pid)));
    if (member === undefined) return undefined;
    const mounts = `--mount=/proc/${member}/ns/mnt`;
    return {
        inside: command => ["nsenter", mounts, `--net=${network(member)}`, "--", ...command],
        beside: command => ["nsenter", mounts, "--", ...command],
    };
}

function isWaiting(pid: number): boolean {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep\0");
    } catch {
        return false;
    }
}
