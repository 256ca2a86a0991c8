import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { signal } from "../processes/processes";
import { eventually } from "../processes/wait";

/** Control groups of one sandbox: one for its daemons, and below the kubelet's own one for each pod. */
export interface ControlGroups {
    /** As the kubelet wants it: relative to the root of every hierarchy. */
    root: string;
    /** Files that a daemon writes its process id to in order to join. */
    daemons: string[];
}

/** Where daemons are counted. Others are made for the pods only. */
const DAEMON_CONTROLLERS = ["memory", "pids", "cpu"];

const GROUPS_OF_CPUS = ["cpuset.mems", "cpuset.cpus"];

/** Makes the sandbox's control groups where they are missing. Needs root. */
export function makeControlGroups(instance: SandboxInstance): ControlGroups {
    const name = controlGroupName(instance);
    const daemons: string[] = [];
    for (const { folder, controllers } of hierarchies()) {
        const group = path.join(folder, name);
        makeGroup(group, folder);
        if (controllers === undefined) {
            // Version 2: a group with children that are limited may hold no process itself.
            enableControllers(folder, group);
        } else if (!controllers.some(controller => DAEMON_CONTROLLERS.includes(controller))) {
            continue;
        }
        mkdirSync(path.join(group, "daemons"), { recursive: true });
        daemons.push(path.join(group, "daemons", "cgroup.procs"));
    }
    return { root: `/${name}`, daemons };
}

/** Processes of the sandbox: daemons, container shims and, unless left out, containers. */
export function groupedProcesses(
    instance: SandboxInstance,
    below: "" | "daemons" | "kubepods" = "",
): number[] {
    const found = new Set<number>();
    for (const { folder } of everyHierarchy()) {
        for (const group of groupsBelow(path.join(folder, controlGroupName(instance), below))) {
            for (const pid of members(group)) found.add(pid);
        }
    }
    return [...found];
}

/** Kills what is left in the sandbox's control groups and removes them. */
export async function removeControlGroups(instance: SandboxInstance): Promise<void> {
    await eventually(() => {
        const left = groupedProcesses(instance);
        for (const pid of left) signal(pid, "SIGKILL");
        return left.length === 0;
    }, 10_000);
    const groups = everyHierarchy().flatMap(({ folder }) =>
        groupsBelow(path.join(folder, controlGroupName(instance))),
    );
    // The kernel lets go of a group a moment after its last process.
    const removed = await eventually(() => {
        for (const group of groups) {
            try {
                rmdirSync(group);
            } catch {
                // Looked at again below.
            }
        }
        return groups.every(group => !existsSync(group));
    }, 10_000);
    if (!removed) throw new Error(`Control groups are still in use: ${groups.filter(existsSync).join(", ")}`);
}

function controlGroupName(instance: SandboxInstance): string {
    return `azure-secure-inference-${instance.number}`;
}

interface Hierarchy {
    folder: string;
    /** `undefined` for version 2, where one hierarchy has them all. */
    controllers?: string[];
}

/** Version 1 where its controllers are in use, else version 2. */
function hierarchies(): Hierarchy[] {
    const all = everyHierarchy();
    const first = all.filter(({ controllers }) => controllers !== undefined);
    return first.length > 0 ? first : all;
}

/** With those that hold groups without limiting anything: systemd and runc keep a version 2 beside version 1. */
function everyHierarchy(): Hierarchy[] {
    return readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .map(line => line.split(" "))
        .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
        .map(([, folder = "", type, options = ""]) => ({
            folder,
            ...(type === "cgroup" ? { controllers: options.split(",") } : {}),
        }));
}

function makeGroup(group: string, parent: string): void {
    mkdirSync(group, { recursive: true });
    // In version 1 a new group has no processor until it is given some, and takes no process before.
    for (const file of GROUPS_OF_CPUS) {
        const own = path.join(group, file);
        if (!existsSync(own) || readFileSync(own, "utf8").trim() !== "") continue;
        if (existsSync(path.join(group, "cgroup.controllers"))) continue;
        writeFileSync(own, readFileSync(path.join(parent, file)));
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

/** Processes of one group; none when the group is gone, as those of pods may be at any moment. */
function members(group: string): number[] {
    try {
        const text = readFileSync(path.join(group, "cgroup.procs"), "utf8");
        return text.split("\n").filter(Boolean).map(Number);
    } catch {
        return [];
    }
}

/** A group and all groups below, the deepest first. */
function groupsBelow(group: string): string[] {
    let children: string[];
    try {
        const entries = readdirSync(group, { withFileTypes: true });
        children = entries.filter(entry => entry.isDirectory()).map(({ name }) => path.join(group, name));
    } catch {
        return [];
    }
    return [...children.flatMap(groupsBelow), group];
}
