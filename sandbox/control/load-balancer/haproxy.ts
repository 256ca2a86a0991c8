import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../../machine/debian";
import { renderLoadBalancer } from "./configuration";
import type { SandboxInstance } from "../../instance";
import { hostNetworkNamespace, nodeRunFolder } from "../../node/namespace";

/** The HAProxy program, which the load balancer and the gateway (node/gateway.ts) run. */
export interface Haproxy {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/** The installed HAProxy if it supports network namespaces, or else that of the Debian package. */
export async function haproxy(): Promise<Haproxy> {
    const installed = await execa("haproxy", ["-vv"], { reject: false });
    if (!installed.failed && / \+NS\b/.test(installed.stdout)) {
        return { program: "haproxy", environment: process.env };
    }
    const tree = await debianPackages(["haproxy"]);
    return { program: tree.path("usr/sbin/haproxy"), environment: tree.environment };
}

/** Path of the load balancer's configuration. The control process writes it after every change. */
export function haproxyConfiguration(instance: SandboxInstance): string {
    return path.join(instance.stateFolder, "control", "haproxy", "haproxy.cfg");
}

/** Path of the load balancer's socket for commands. */
export function haproxySocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "haproxy.sock");
}

/** Writes a configuration without listeners, with which HAProxy can start before the control process. */
export function writeFirstConfiguration(instance: SandboxInstance): void {
    const file = haproxyConfiguration(instance);
    if (existsSync(file)) return;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const { text } = renderLoadBalancer({
        hostNamespace: hostNetworkNamespace(instance),
        control: haproxySocket(instance),
        listeners: [],
    });
    writeFileSync(file, text, { mode: 0o600 });
}
