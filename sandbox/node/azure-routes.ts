import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../instance";
import { hostNetworkNamespace, type NodeNamespaces } from "./namespace";
import { AZURE_RESOLVER, HOST_NETWORK, METADATA_ADDRESS, NODE_ADDRESS, NODE_PORTS } from "./settings";
import type { NodeTools } from "./tools";

/**
 * Routes the traffic of pods to Azure addresses (metadata service, resolver, the sandbox's loopback addresses) to the
 * gateway and to CoreDNS. Repeated at every start, because namespaces of an earlier start may lack the routes.
 */
export async function applyAzureRoutes(
    instance: SandboxInstance,
    { inNode }: NodeNamespaces,
    tools: NodeTools,
): Promise<void> {
    const [program = "", ...args] = inNode([
        ...["/bin/sh", path.join(__dirname, "azure-routes.sh"), NODE_ADDRESS],
        ...[NODE_PORTS.gateway, NODE_PORTS.azureDns].map(String),
        ...[METADATA_ADDRESS, AZURE_RESOLVER, HOST_NETWORK, hostNetworkNamespace(instance)],
    ]);
    await execa(program, args, { env: tools.iptablesEnvironment, stdin: "ignore", all: true });
}
