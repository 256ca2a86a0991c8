/** A TCP server inside the network namespace of the Kubernetes node. */
export interface InnerServer {
    address: string;
    port: number;
}

/** A container group with a public address. */
export interface PublicGroup {
    /** ARM id. */
    id: string;
    /** The loopback address that stands for the public one. */
    address: string;
    ports: readonly number[];
    /** Where its pod is; undefined while it does not take connections. */
    podAddress: string | undefined;
}

export interface LoadBalancer {
    /** The network namespace of the node. */
    namespace: string;
    /** How the host reaches the API server. */
    door: { address: string; port: number; server: InnerServer };
    groups: readonly PublicGroup[];
}

/**
 * The configuration of the HAProxy on the host. It passes bytes on and looks into none, as Azure's load balancer does;
 * an idle connection ends after 4 minutes, as there.
 */
export function renderLoadBalancer({ namespace, door, groups }: LoadBalancer): string {
    const lines = [
        "# Written by the sandbox at every change of a container group.",
        "global",
        // A reload leaves connections to the old process; this bounds how long there is one.
        "    hard-stop-after 5m",
        "",
        "defaults",
        "    mode tcp",
        // A group that does not listen is seen at once, as a reset connection.
        "    retries 0",
        "    timeout connect 5s",
        "    timeout client 4m",
        "    timeout server 4m",
        "",
        "listen kubernetes",
        `    bind ${door.address}:${door.port}`,
        // Watches are quiet for long.
        "    timeout client 1h",
        "    timeout server 1h",
        `    server api-server ${door.server.address}:${door.server.port} namespace ${namespace}`,
    ];
    for (const group of groups) {
        for (const port of group.ports) lines.push("", ...section(group, port, namespace));
    }
    return `${lines.join("\n")}\n`;
}

function section({ id, address, podAddress }: PublicGroup, port: number, namespace: string): string[] {
    return [
        `# ${id.replace(/\s/g, " ")}`,
        `listen ${address}:${port}`,
        `    bind ${address}:${port}`,
        ...(podAddress === undefined
            ? ["    tcp-request connection reject"]
            : [`    server pod ${podAddress}:${port} namespace ${namespace}`]),
    ];
}
