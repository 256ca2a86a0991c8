import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { nodeRunFolder } from "./namespace";
import { addressForPods, API_SERVER_PORT, METADATA_ADDRESS, NODE_ADDRESS, NODE_PORTS } from "./settings";
import { TCP_DEFAULTS } from "./tcp-defaults";

/**
 * Socket on which the control process serves the instance metadata service. Only the gateway connects to it; the header
 * X-Forwarded-For contains the address of the pod.
 */
export function metadataSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "metadata.sock");
}

/** Socket on which the control process serves the admission webhook for new pods. */
export function admissionSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "admission.sock");
}

/**
 * Writes the configuration of the gateway: a HAProxy that connects clients on the host to the node's API server, and pods to
 * the sandbox's Azure. It is separate from the load balancer's HAProxy because its configuration does not change while it
 * runs: a reload would drop connections that have no server yet (see control/load-balancer/configuration.ts).
 * @returns path of the file
 */
export function writeGatewayConfiguration(instance: SandboxInstance): string {
    const file = path.join(instance.stateFolder, "gateway", "haproxy.cfg");
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const lines = [...TCP_DEFAULTS, "", ...apiServerListener(instance), ...azureListeners(instance), ""];
    writeFileSync(file, lines.join("\n"), { mode: 0o600 });
    return file;
}

/** From the host to the API server. */
function apiServerListener({ kubernetes, namespace }: SandboxInstance): string[] {
    return [
        "listen kubernetes",
        `    bind ${kubernetes.address}:${kubernetes.port}`,
        // Watch requests can be silent for a long time.
        "    timeout client 1h",
        "    timeout server 1h",
        `    server api-server ${NODE_ADDRESS}:${API_SERVER_PORT} namespace ${namespace}`,
        "",
    ];
}

/** From pods and the node to Azure. azure-routes.sh redirects their traffic to these listeners. */
function azureListeners(instance: SandboxInstance): string[] {
    const { namespace, arm, addresses } = instance;
    const podPrefix = addressForPods("127.0.").replaceAll(".", "\\.");
    return [
        // HTTPS port of the Azure endpoints, also for clients on the host that resolve names with the sandbox's DNS.
        "listen azure",
        `    bind ${arm.address}:443`,
        `    server arm ${arm.address}:${arm.port}`,
        "",
        // Containers reach the sandbox's own loopback addresses, and no other address of the host.
        "listen gateway",
        `    bind ${NODE_ADDRESS}:${NODE_PORTS.gateway} namespace ${namespace}`,
        `    tcp-request connection set-dst dst,regsub(^${podPrefix},127.0.)`,
        `    tcp-request connection reject unless { dst ${addresses} }`,
        "    server original 0.0.0.0:0",
        "",
        "listen metadata",
        "    mode http",
        `    bind ${METADATA_ADDRESS}:80 namespace ${namespace}`,
        "    http-request set-header X-Forwarded-For %[src]",
        `    server control unix@${metadataSocket(instance)}`,
        "",
        "listen admission",
        `    bind ${NODE_ADDRESS}:${NODE_PORTS.admission} namespace ${namespace}`,
        `    server control unix@${admissionSocket(instance)}`,
    ];
}
