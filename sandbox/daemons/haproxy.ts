import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../tools/debian";
import type { SandboxInstance } from "../instance";
import { nodeRunFolder } from "../node/namespace";
import { API_SERVER_PORT, NODE_ADDRESS } from "../node/settings";

/** HAProxy on the host: the door to the API server and the load balancer. */
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

/** The configuration that HAProxy runs with. The control process writes it anew whenever what it serves changes. */
export function haproxyConfiguration(instance: SandboxInstance): string {
    return path.join(instance.stateFolder, "control", "haproxy", "haproxy.cfg");
}

/** Where a running HAProxy takes commands. */
export function haproxySocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "haproxy.sock");
}

/** Until the control process has written its first configuration, there is the door to the API server alone. */
export function writeFirstConfiguration(instance: SandboxInstance): void {
    const file = haproxyConfiguration(instance);
    if (existsSync(file)) return;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const { address, port } = instance.kubernetes;
    const lines = [
        "defaults",
        "    mode tcp",
        "    timeout connect 5s",
        "    timeout client 1h",
        "    timeout server 1h",
        "",
        "listen kubernetes",
        `    bind ${address}:${port}`,
        `    server api-server ${NODE_ADDRESS}:${API_SERVER_PORT} namespace ${instance.namespace}`,
        "",
    ];
    writeFileSync(file, lines.join("\n"), { mode: 0o600 });
}
