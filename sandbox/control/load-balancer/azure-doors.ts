import * as path from "node:path";
import type { SandboxInstance } from "../../instance";
import { nodeRunFolder } from "../../node/namespace";
import { addressForPods, METADATA_ADDRESS, NODE_ADDRESS, NODE_PORTS } from "../../node/settings";

/** Sockets of the control process: who comes over them has come through HAProxy, which says from where. */
export function metadataSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "metadata.sock");
}

/** Where the control process answers the API server's questions about new pods. */
export function admissionSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "admission.sock");
}

/** What pods and the node find of Azure: see node/door.sh for how they get here. HAProxy's configuration. */
export function azureDoors(instance: SandboxInstance): string[] {
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
