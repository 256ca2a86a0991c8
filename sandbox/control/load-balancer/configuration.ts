import { createHash } from "node:crypto";
import { TCP_DEFAULTS } from "../../node/tcp-defaults";

/** The address of a pod, in the network of the Kubernetes node. */
export interface BackEnd {
    address: string;
    port: number;
}

/** An address and port on the host that forwards connections to pods. */
export interface Listener {
    /** The resource that it belongs to, for a comment in the configuration. */
    owner: string;
    /** A loopback address, which stands for a public or internal address of Azure. */
    address: string;
    port: number;
    /** Allowed client addresses (CIDR). @default all */
    sources?: readonly string[];
    /** The back ends. Without any, connections are refused. */
    servers: readonly BackEnd[];
}

export interface LoadBalancer {
    /** Name of the network namespace of the host. */
    hostNamespace: string;
    /** Path of HAProxy's Unix socket for commands. */
    control: string;
    listeners: readonly Listener[];
}

/** A configuration as a file, and as commands for a running HAProxy. */
export interface Rendered {
    text: string;
    /** A digest of everything but the back ends. If it is the same, commands are enough and no reload is needed. */
    frame: string;
    /** Change a running HAProxy with the same frame to this configuration. Idempotent. */
    commands: readonly string[];
}

/** Minimum number of server slots of a listener. Back ends change without a reload if there are enough slots. */
const MINIMUM_SLOTS = 8;

/** HAProxy accepts at most 64 words in a line. */
const SOURCES_PER_LINE = 32;

/**
 * Renders the configuration. Like Azure's load balancer ("What is Azure Load Balancer?"), it forwards TCP connections
 * unchanged and closes idle ones after 4 minutes.
 *
 * A reload must not lose connections that the old process has accepted and not yet forwarded. Two details ensure it.
 * First, the process runs in the network namespace of the back ends, and only its listening sockets are in that of the
 * host: a stopping HAProxy closes its handles of other namespaces, and could not reach back ends there. Second, the
 * configuration tests each slot with `srv_is_up`, because `nbsrv` is 0 in a stopping process.
 */
export function renderLoadBalancer({ hostNamespace, control, listeners }: LoadBalancer): Rendered {
    const sections = listeners.map(listener => section(listener, hostNamespace));
    const fixed = JSON.stringify([
        control,
        TCP_DEFAULTS,
        sections.map(({ lines, slots }) => [lines, slots.length]),
    ]);
    const frame = createHash("sha256").update(fixed).digest("hex").slice(0, 16);
    const text = [
        "# Written by the sandbox at every change of a container group, a Service or its pods.",
        "global",
        // The new process takes over the listening sockets of the old one, so that no connection is refused.
        `    stats socket ${control} mode 600 level admin expose-fd listeners`,
        // Identifies the configuration of a running process.
        `    description ${frame}`,
        // Limits how long the old process serves its connections after a reload.
        "    hard-stop-after 5m",
        "",
        ...TCP_DEFAULTS,
        ...sections.flatMap(({ lines, slots }) => ["", ...lines, ...slots.map(({ line }) => line)]),
    ];
    return {
        text: `${text.join("\n")}\n`,
        frame,
        commands: sections.flatMap(({ slots }) => slots.flatMap(({ commands }) => commands)),
    };
}

interface Slot {
    id: string;
    line: string;
    commands: string[];
}

function section({ owner, address, port, sources, servers }: Listener, hostNamespace: string) {
    const name = `${address}:${port}`;
    const count = Math.max(MINIMUM_SLOTS, 2 ** Math.ceil(Math.log2(Math.max(1, servers.length))));
    const slots = Array.from({ length: count }, (_, index) => slot(`slot${index}`, servers[index]));
    const lines = [
        `# ${owner.replace(/\s/g, " ")}`,
        `listen ${name}`,
        `    bind ${name} namespace ${hostNamespace}`,
        ...access(sources),
        ...slots.map(({ id }) => `    acl served srv_is_up(${id})`),
        "    tcp-request connection reject unless served",
        "    balance roundrobin",
    ];
    return { lines, slots };

    function slot(id: string, server: BackEnd | undefined): Slot {
        const { address, port } = server ?? { address: "127.0.0.1", port: 1 };
        const state = server ? "" : " disabled";
        return {
            id,
            line: `    server ${id} ${address}:${port}${state}`,
            commands: server
                ? [
                      `set server ${name}/${id} addr ${address} port ${port}`,
                      `set server ${name}/${id} state ready`,
                  ]
                : [`set server ${name}/${id} state maint`],
        };
    }
}

function access(sources: readonly string[] | undefined): string[] {
    if (sources === undefined) return [];
    if (sources.length === 0) return ["    tcp-request connection reject"];
    const lines: string[] = [];
    for (let start = 0; start < sources.length; start += SOURCES_PER_LINE) {
        lines.push(`    acl allowed src ${sources.slice(start, start + SOURCES_PER_LINE).join(" ")}`);
    }
    return [...lines, "    tcp-request connection reject unless allowed"];
}
