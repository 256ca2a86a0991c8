import { existsSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages, hasDebianPackages } from "../../machine/debian";
import type { SandboxInstance } from "../instance";
import { runningDaemon } from "../processes/daemon";
import { nodeRunFolder } from "./namespace";

/** bindfs, a FUSE program that mounts a folder with other owners and modes. */
export interface Bindfs {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/** An empty folder among the shares. It is visible below `podSharesFolder` only after the mount. */
const MARKER = ".mounted";

/** The folder that contains one folder for each Azure Files share and each persistent volume of a cluster. */
export function sharesFolder({ stateFolder }: SandboxInstance): string {
    return path.join(stateFolder, "control", "shares");
}

/**
 * The same shares with the owners and modes that pods see on Azure: everything belongs to root and has mode 0777, whatever a
 * pod sets (`dir_mode` and `file_mode` 0777 of the SMB mounts in Container Instances and AKS). A volume below this path
 * does not exist until the mount is done, so pods wait for it.
 */
export function podSharesFolder(instance: SandboxInstance, ...parts: string[]): string {
    return path.join(nodeRunFolder(instance), "files", ...parts);
}

/** bindfs of the machine, else from the distribution's packages. Without it, files keep their owners and modes. */
export async function bindfs(): Promise<Bindfs | undefined> {
    const { failed } = await execa("bindfs", ["--version"], { reject: false, stdin: "ignore" });
    if (!failed) return { program: "bindfs", environment: process.env };
    if (!hasDebianPackages()) return undefined;
    const tree = await debianPackages(["bindfs"]);
    return { program: tree.path("usr/bin/bindfs"), environment: tree.environment };
}

/** The command of the daemon that mounts the shares for pods, to be run in the node's namespaces. */
export function mountSharesCommand(instance: SandboxInstance, bindfs: Bindfs | undefined): string[] {
    mkdirSync(path.join(sharesFolder(instance), MARKER), { recursive: true, mode: 0o700 });
    const options = [
        ...["-f", "--force-user=0", "--force-group=0", "--perms=0777"],
        ...["--chmod-ignore", "--chown-ignore", "--chgrp-ignore"],
    ];
    return [
        ...["/bin/sh", path.join(__dirname, "azure-files.sh")],
        ...[sharesFolder(instance), podSharesFolder(instance)],
        ...(bindfs ? [bindfs.program, ...options] : []),
    ];
}

/** Whether the shares are mounted. @param daemon that mounts them; the mount is looked up in its mount namespace */
export function sharesAreMounted(instance: SandboxInstance, daemon: string): boolean {
    const pid = runningDaemon(instance, daemon);
    if (pid === undefined) return false;
    return existsSync(`/proc/${pid}/root${podSharesFolder(instance, MARKER)}`);
}
