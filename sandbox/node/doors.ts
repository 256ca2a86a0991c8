import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { nodeRunFolder } from "./namespace";
import { addressForPods, API_SERVER_PORT, METADATA_ADDRESS, NODE_ADDRESS, NODE_PORTS } from "./settings";

/** Sockets of the control process: who comes over them has come through HAProxy, which says from where. */
export function metadataSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "metadata.sock");
}

/** Where the control process answers the API server's questions about new pods. */
export function admissionSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "admission.sock");
}

/**
 * Writes what leads from the host to the API server and from the node to Azure: the configuration of a HAProxy of its own,
 * which stays the same as long as it runs. In a HAProxy that is reloaded, connections on which there is no server yet
 * would be lost (see configuration.ts of the load balancer).
 * @returns the file
 */
export function writeDoors(instance: SandboxInstance): string {
    const file = path.join(instance.stateFolder, "doors", "haproxy.cfg");
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, [...kubernetesDoor(instance), "", ...azureDoors(instance), ""].join("\n"), {
        mode: 0o600,
    });
    return file;
}

function kubernetesDoor({ kubernetes, namespace }: SandboxInstance): string[] {
    return [
        "defaults",
        "    mode tcp",
        // A server that does not listen is seen at once, as a reset connection.
        "    retries 0",
        "    timeout connect 5s",
        "    timeout client 4m",
        "    timeout server 4m",
        "",
        "listen kubernetes",
        `    bind ${kubernetes.address}:${kubernetes.port}`,
        // Watches are quiet for long.
        "    timeout client 1h",
        "    timeout server 1h",
        `    server api-server ${NODE_ADDRESS}:${API_SERVER_PORT} namespace ${namespace}`,
    ];
}

/** What pods and the node find of Azure: see node/door.sh for how they get here. */
function azureDoors(instance: SandboxInstance): string[] {
    const { namespace, arm, addresses } = instance;
    const pods = addressForPods("127.0.").replaceAll(".", "\\.");
    return [
        // The port that Azure's names are asked for. On the host too, for who resolves them with the sandbox's DNS.
        "listen azure",
        `    bind ${arm.address}:443`,
        `    server arm ${arm.address}:${arm.port}`,
        "",
        // To the sandbox's own addresses on the host, and to no others: a container has no business with the rest.
        "listen door",
        `    bind ${NODE_ADDRESS}:${NODE_PORTS.door} namespace ${namespace}`,
        `    tcp-request connection set-dst dst,regsub(^${pods},127.0.)`,
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
