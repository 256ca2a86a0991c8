import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../../machine/debian";
import { renderLoadBalancer } from "./configuration";
import type { SandboxInstance } from "../../instance";
import { hostNetwork, nodeRunFolder } from "../../node/namespace";

/** What the doors and the load balancer are made of. */
export interface Haproxy {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/** One that is installed and can reach into network namespaces, else the distribution's. */
export async function haproxy(): Promise<Haproxy> {
    const installed = await execa("haproxy", ["-vv"], { reject: false });
    if (!installed.failed && / \+NS\b/.test(installed.stdout)) {
        return { program: "haproxy", environment: process.env };
    }
    const tree = await debianPackages(["haproxy"]);
    return { program: tree.path("usr/sbin/haproxy"), environment: tree.environment };
}

/** The configuration of the load balancer. The control process writes it anew whenever what it serves changes. */
export function haproxyConfiguration(instance: SandboxInstance): string {
    return path.join(instance.stateFolder, "control", "haproxy", "haproxy.cfg");
}

/** Where the load balancer takes commands. */
export function haproxySocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "haproxy.sock");
}

/** Until the control process has written its first configuration, there is nothing to balance. */
export function writeFirstConfiguration(instance: SandboxInstance): void {
    const file = haproxyConfiguration(instance);
    if (existsSync(file)) return;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const { text } = renderLoadBalancer({
        outside: hostNetwork(instance),
        control: haproxySocket(instance),
        listeners: [],
    });
    writeFileSync(file, text, { mode: 0o600 });
}
