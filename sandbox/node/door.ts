import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../instance";
import { hostNetwork, type NodeNamespaces } from "./namespace";
import { AZURE_RESOLVER, HOST_NETWORK, METADATA_ADDRESS, NODE_ADDRESS, NODE_PORTS } from "./settings";
import type { NodeTools } from "./tools";

/** Leads what pods ask of Azure to HAProxy and CoreDNS, and names the host. Done at every start: the namespaces may be older. */
export async function openDoor(
    instance: SandboxInstance,
    { inside }: NodeNamespaces,
    tools: NodeTools,
): Promise<void> {
    const [program = "", ...args] = inside([
        ...["/bin/sh", path.join(__dirname, "door.sh"), NODE_ADDRESS],
        ...[NODE_PORTS.door, NODE_PORTS.azureNames].map(String),
        ...[METADATA_ADDRESS, AZURE_RESOLVER, HOST_NETWORK, hostNetwork(instance)],
    ]);
    await execa(program, args, { env: tools.packetFilter, stdin: "ignore", all: true });
}
