import { createHash } from "node:crypto";

/** A TCP server in the network of the Kubernetes node. */
export interface InnerServer {
    address: string;
    port: number;
}

/** An address and port on the host behind which there are pods. */
export interface Listener {
    /** Whose it is, for who reads the configuration. */
    owner: string;
    /** The loopback address that stands for the public or internal one. */
    address: string;
    port: number;
    /** Where connections may come from (CIDR); undefined: from everywhere. */
    sources?: readonly string[];
    /** Where connections go. While there is none they are refused. */
    servers: readonly InnerServer[];
}

export interface LoadBalancer {
    /** The host's network, as a name. */
    outside: string;
    /** Unix socket over which a running HAProxy is told of other servers. */
    control: string;
    listeners: readonly Listener[];
}

/** What HAProxy is to do, as a whole and as the change of one that runs already. */
export interface Rendered {
    text: string;
    /** The same for two configurations between which only the servers in the slots differ. */
    frame: string;
    /** Bring a running HAProxy with the same frame to this configuration. Each can be given any number of times. */
    commands: readonly string[];
}

/** Pods come and go without a new process as long as they fit into the slots that a listener has. */
const FEWEST_SLOTS = 8;

/** HAProxy takes at most 64 words in a line. */
const SOURCES_A_LINE = 32;

/**
 * The configuration of the load balancer. It passes bytes on and looks into none, as Azure's does; an idle connection
 * ends after 4 minutes, as there.
 *
 * A reload loses no connection that the old process has accepted but not yet passed on, because of two things. The process
 * runs in the network that the servers are in, and only its listening sockets are in another: HAProxy closes what it
 * has of other networks when it is asked to stop, and then reaches no server there. And it asks for each slot whether it is
 * up: `nbsrv` is 0 in a process that has been asked to stop.
 */
export function renderLoadBalancer({ outside, control, listeners }: LoadBalancer): Rendered {
    const sections = listeners.map(listener => section(listener, outside));
    const defaults = [
        "defaults",
        "    mode tcp",
        // A server that does not listen is seen at once, as a reset connection.
        "    retries 0",
        "    timeout connect 5s",
        "    timeout client 4m",
        "    timeout server 4m",
    ];
    const fixed = JSON.stringify([
        control,
        defaults,
        sections.map(({ lines, slots }) => [lines, slots.length]),
    ]);
    const frame = createHash("sha256").update(fixed).digest("hex").slice(0, 16);
    const text = [
        "# Written by the sandbox at every change of a container group, a Service or its pods.",
        "global",
        // A new process gets the listening sockets of the old one, so that no connection falls between them.
        `    stats socket ${control} mode 600 level admin expose-fd listeners`,
        // Tells a running process from one of another configuration.
        `    description ${frame}`,
        // A reload leaves connections to the old process; this bounds how long there is one.
        "    hard-stop-after 5m",
        "",
        ...defaults,
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

function section({ owner, address, port, sources, servers }: Listener, outside: string) {
    const name = `${address}:${port}`;
    const count = Math.max(FEWEST_SLOTS, 2 ** Math.ceil(Math.log2(Math.max(1, servers.length))));
    const slots = Array.from({ length: count }, (_, index) => slot(`slot${index}`, servers[index]));
    const lines = [
        `# ${owner.replace(/\s/g, " ")}`,
        `listen ${name}`,
        `    bind ${name} namespace ${outside}`,
        ...access(sources),
        ...slots.map(({ id }) => `    acl served srv_is_up(${id})`),
        "    tcp-request connection reject unless served",
        "    balance roundrobin",
    ];
    return { lines, slots };

    function slot(id: string, server: InnerServer | undefined): Slot {
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
    for (let start = 0; start < sources.length; start += SOURCES_A_LINE) {
        lines.push(`    acl allowed src ${sources.slice(start, start + SOURCES_A_LINE).join(" ")}`);
    }
    return [...lines, "    tcp-request connection reject unless allowed"];
}
