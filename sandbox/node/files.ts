import { existsSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages, hasDebianPackages } from "../../machine/debian";
import { runningDaemon } from "../processes/daemon";
import type { SandboxInstance } from "../instance";
import { nodeRunFolder } from "./namespace";

/** bindfs, and how to run it. */
export interface Bindfs {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/** Says in the folder that pods see that it is the right one. */
const MARK = ".mounted";

/** A folder for each share of Azure Files, and for each claim of a cluster. */
export function filesFolder({ stateFolder }: SandboxInstance): string {
    return path.join(stateFolder, "control", "shares");
}

/**
 * The same files as Azure has pods see them: everything belongs to root and everybody may do everything, whatever modes
 * and owners they ask for (`dir_mode` and `file_mode` 0777, as Container Instances and AKS mount shares). What is below
 * is there only while this is so: a pod that comes too early waits.
 */
export function filesForPods(instance: SandboxInstance, ...parts: string[]): string {
    return path.join(nodeRunFolder(instance), "files", ...parts);
}

/** That of the machine, else of the distribution. Nothing where neither has it: files then keep modes and owners. */
export async function bindfs(): Promise<Bindfs | undefined> {
    const { failed } = await execa("bindfs", ["--version"], { reject: false, stdin: "ignore" });
    if (!failed) return { program: "bindfs", environment: process.env };
    if (!hasDebianPackages()) return undefined;
    const tree = await debianPackages(["bindfs"]);
    return { program: tree.path("usr/bin/bindfs"), environment: tree.environment };
}

/** Mounts the files for pods and stays. Without the kernel's FUSE they are mounted as they are. */
const MOUNT = `
files=$1 pods=$2; shift 2
# One that was killed leaves a mount behind that answers nobody.
umount --lazy "$pods" 2> /dev/null || true
mkdir -p "$pods"
if [ $# -gt 0 ] && [ -e /dev/fuse ]; then exec "$@" "$files" "$pods"; fi
mount --bind "$files" "$pods"
exec sleep infinity`;

/** The command of the daemon that shows pods their files, inside of the node. */
export function filesCommand(instance: SandboxInstance, found: Bindfs | undefined): string[] {
    mkdirSync(path.join(filesFolder(instance), MARK), { recursive: true, mode: 0o700 });
    const options = [
        ...["-f", "--force-user=0", "--force-group=0", "--perms=0777"],
        ...["--chmod-ignore", "--chown-ignore", "--chgrp-ignore"],
    ];
    return [
        ...["/bin/sh", "-euc", MOUNT, "sh", filesFolder(instance), filesForPods(instance)],
        ...(found ? [found.program, ...options] : []),
    ];
}

/** Whether the node sees the files. @param daemon that mounts them: it is where the mount can be seen */
export function filesAreMounted(instance: SandboxInstance, daemon: string): boolean {
    const pid = runningDaemon(instance, daemon);
    if (pid === undefined) return false;
    return existsSync(`/proc/${pid}/root${filesForPods(instance, MARK)}`);
}
