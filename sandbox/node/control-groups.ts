import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { sendSignal } from "../processes/processes";
import { eventually } from "../processes/wait";

/** Control groups of one sandbox: one for its daemons, and one for each pod below the kubelet's `kubepods`. */
export interface ControlGroups {
    /** Path of the sandbox's group, relative to the root of every hierarchy, as the kubelet expects it. */
    root: string;
    /** `cgroup.procs` files of the daemons' group. A process joins by writing its id to each of them. */
    daemons: string[];
}

/** Controllers of the daemons' group (version 1). Hierarchies of other controllers have groups for pods only. */
const DAEMON_CONTROLLERS = ["memory", "pids", "cpu"];

/** Files of a cpuset group that must not be empty. */
const CPUSET_FILES = ["cpuset.mems", "cpuset.cpus"];

/** Timeout for the end of killed processes and for the removal of groups, in milliseconds. */
const REMOVAL_TIMEOUT_MS = 10_000;

/** Creates the sandbox's control groups if they do not exist. Needs root. */
export function createControlGroups(instance: SandboxInstance): ControlGroups {
    const name = controlGroupName(instance);
    const daemons: string[] = [];
    for (const { folder, controllers } of hierarchies()) {
        const group = path.join(folder, name);
        createGroup(group, folder);
        if (controllers === undefined) {
            // In version 2, a group whose children have controllers must not contain processes itself.
            enableControllers(folder, group);
        } else if (!controllers.some(controller => DAEMON_CONTROLLERS.includes(controller))) {
            continue;
        }
        mkdirSync(path.join(group, "daemons"), { recursive: true });
        daemons.push(path.join(group, "daemons", "cgroup.procs"));
    }
    return { root: `/${name}`, daemons };
}

/**
 * Ids of the processes in the sandbox's control groups.
 * @param subgroup only daemons and container shims, or only containers; default: all
 */
export function sandboxProcesses(
    instance: SandboxInstance,
    subgroup: "" | "daemons" | "kubepods" = "",
): number[] {
    const pids = new Set<number>();
    for (const { folder } of allHierarchies()) {
        for (const group of groupTree(path.join(folder, controlGroupName(instance), subgroup))) {
            for (const pid of members(group)) pids.add(pid);
        }
    }
    return [...pids];
}

/** Kills the remaining processes in the sandbox's control groups, then removes the groups. */
export async function removeControlGroups(instance: SandboxInstance): Promise<void> {
    await eventually(() => {
        const remaining = sandboxProcesses(instance);
        for (const pid of remaining) sendSignal(pid, "SIGKILL");
        return remaining.length === 0;
    }, REMOVAL_TIMEOUT_MS);
    const groups = allHierarchies().flatMap(({ folder }) =>
        groupTree(path.join(folder, controlGroupName(instance))),
    );
    // The kernel releases a group shortly after its last process has ended.
    const removed = await eventually(() => {
        for (const group of groups) {
            try {
                rmdirSync(group);
            } catch {
                // Still in use: tried again at the next poll.
            }
        }
        return groups.every(group => !existsSync(group));
    }, REMOVAL_TIMEOUT_MS);
    if (!removed) {
        const remaining = groups.filter(existsSync).join(", ");
        throw new Error(`Control groups could not be removed because they are still in use: ${remaining}`);
    }
}

function controlGroupName(instance: SandboxInstance): string {
    return `azure-secure-inference-${instance.number}`;
}

/** A mounted hierarchy of control groups. */
interface Hierarchy {
    folder: string;
    /** Absent for version 2, where one hierarchy has all controllers. */
    controllers?: string[];
}

/** The hierarchies with controllers: those of version 1 if there are any, else version 2. */
function hierarchies(): Hierarchy[] {
    const all = allHierarchies();
    const version1 = all.filter(({ controllers }) => controllers !== undefined);
    return version1.length > 0 ? version1 : all;
}

/** All mounted hierarchies. systemd and runc create groups in version 2 without controllers in addition to version 1. */
function allHierarchies(): Hierarchy[] {
    return readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .map(line => line.split(" "))
        .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
        .map(([, folder = "", type, options = ""]) => ({
            folder,
            ...(type === "cgroup" ? { controllers: options.split(",") } : {}),
        }));
}

function createGroup(group: string, parent: string): void {
    mkdirSync(group, { recursive: true });
    // In version 1, a new cpuset group is empty and accepts no process until CPUs and memory nodes are assigned.
    for (const file of CPUSET_FILES) {
        const setting = path.join(group, file);
        if (!existsSync(setting) || readFileSync(setting, "utf8").trim() !== "") continue;
        if (existsSync(path.join(group, "cgroup.controllers"))) continue;
        writeFileSync(setting, readFileSync(path.join(parent, file)));
    }
}

function enableControllers(parent: string, group: string): void {
    const wanted = ["cpuset", "cpu", "io", "memory", "pids"];
    for (const folder of [parent, group]) {
        const file = path.join(folder, "cgroup.subtree_control");
        const enabled = readFileSync(file, "utf8").trim().split(" ");
        const missing = wanted.filter(controller => !enabled.includes(controller));
        if (missing.length > 0) writeFileSync(file, missing.map(controller => `+${controller}`).join(" "));
    }
}

/** Processes of one group. Empty if the group no longer exists; groups of pods can disappear at any time. */
function members(group: string): number[] {
    try {
        const text = readFileSync(path.join(group, "cgroup.procs"), "utf8");
        return text.split("\n").filter(Boolean).map(Number);
    } catch {
        return [];
    }
}

/** A group and all its descendants, children before parents. */
function groupTree(group: string): string[] {
    let children: string[];
    try {
        const entries = readdirSync(group, { withFileTypes: true });
        children = entries.filter(entry => entry.isDirectory()).map(({ name }) => path.join(group, name));
    } catch {
        return [];
    }
    return [...children.flatMap(groupTree), group];
}
