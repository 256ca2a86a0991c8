import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { allProcesses, processStart } from "../../processes/processes";
import type { SandboxInstance } from "../../instance";
import { debianPackages } from "../../../machine/debian";

/** The state of the host that a sandbox could change, as lists of lines to compare. */
export interface HostFootprint {
    processes: string[];
    mounts: string[];
    networkNamespaces: string[];
    /** Links, addresses, routes and routing rules. */
    network: string[];
    /** Listening sockets, by whether they are bound to a loopback address. */
    listeners: { loopback: string[]; other: string[] };
    packetFilter: string[];
    controlGroups: string[];
    kernelSettings: string[];
    /** Paths below /run and /var. */
    files: string[];
}

/** Counters, and settings that the kernel adjusts. */
const VOLATILE_SETTINGS = [
    /^fs\/(aio-nr|dentry-state|file-nr|inode-nr|inode-state)$/,
    /^fs\/quota\//,
    /^kernel\/(ns_last_pid|perf_event_max_sample_rate)$/,
    /^kernel\/random\//,
    /^kernel\/pty\/nr$/,
    /^net\/netfilter\/nf_conntrack_count$/,
];

/** Files of package managers and other programs, which may run at any time. */
const VOLATILE_FILES = [/^\/var\/(cache|tmp|lib\/(apt|dpkg))\//, /^\/run\/(lock|user|mount)(\/|$)/];

/** Reads the state of the host. Leaves out lines of other sandboxes, which may start and stop at the same time. */
export async function hostFootprint(instance: SandboxInstance): Promise<HostFootprint> {
    const tools = await debianPackages(["iptables", "nftables"]);
    const output = async (program: string, args: readonly string[]) => {
        const { stdout } = await execa(program, args, { env: tools.environment });
        return stdout.split("\n");
    };
    const ip = (...args: string[]) => output("ip", ["-oneline", ...args]);
    const ours = (line: string) => !mentionsAnother(instance, line);
    // Removes counters and remaining lifetimes.
    const steady = (line: string) => line.replace(/\[\d+:\d+\]|valid_lft.*/g, "").trim();
    const filters = [
        ...(await output(tools.path("usr/sbin/iptables-nft-save"), [])),
        ...(await output(tools.path("usr/sbin/ip6tables-nft-save"), [])),
        ...(await output(tools.path("usr/sbin/nft"), ["list", "ruleset"])),
    ];
    const network = [
        await ip("link"),
        await ip("address"),
        await ip("route", "show", "table", "all"),
        await ip("rule"),
    ];
    return {
        processes: processes().filter(ours),
        mounts: readFileSync("/proc/self/mounts", "utf8").trim().split("\n").filter(ours),
        networkNamespaces: namespacesOf("net"),
        network: network.flat().map(steady),
        listeners: listeners(),
        packetFilter: filters.filter(line => !line.startsWith("#")).map(steady),
        controlGroups: folders("/sys/fs/cgroup").filter(ours),
        kernelSettings: kernelSettings(),
        files: ["/run", "/var"].flatMap(folder => entries(folder)).filter(ours),
    };
}

/** Lines that only `before` has, with a minus in front, and lines that only `after` has, with a plus. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
    const [old, now] = [new Set(before), new Set(after)];
    return [
        ...before.filter(line => !now.has(line)).map(line => `- ${line}`),
        ...after.filter(line => !old.has(line)).map(line => `+ ${line}`),
    ];
}

/** Namespaces of one kind that have a process. */
function namespacesOf(kind: "net" | "mnt"): string[] {
    const links = allProcesses().map(pid => {
        try {
            return readlinkSync(`/proc/${pid}/ns/${kind}`);
        } catch {
            return undefined;
        }
    });
    return [...new Set(links.filter(link => link !== undefined))];
}

/** Whether a line contains numbers of sandboxes, but not the number of this one. */
function mentionsAnother(instance: SandboxInstance, line: string): boolean {
    const numbers = [...line.matchAll(/(?:azure-secure-inference|inference-sandbox|sandbox)-(\d+)\b/g)];
    return numbers.length > 0 && numbers.every(([, number]) => Number(number) !== instance.number);
}

/** User processes. Kernel threads have no command line and are left out. */
function processes(): string[] {
    return allProcesses().flatMap(pid => {
        const start = processStart(pid);
        if (start === undefined || !existsSync(`/proc/${pid}/cmdline`)) return [];
        try {
            const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
            const group = readFileSync(`/proc/${pid}/cgroup`, "utf8").replaceAll("\n", " ");
            return command === "" ? [] : [`${pid} ${start} ${command} (${group.trim()})`];
        } catch {
            return [];
        }
    });
}

function listeners(): HostFootprint["listeners"] {
    const version4 = ["tcp", "udp"].flatMap(protocol =>
        localAddresses(protocol).map(address => `${protocol} ${readableAddress(address)}`),
    );
    const version6 = ["tcp6", "udp6"].flatMap(protocol =>
        localAddresses(protocol).map(address => `${protocol} ${address}`),
    );
    const isLoopback = (line: string) => line.includes(" 127.");
    return {
        loopback: version4.filter(isLoopback),
        other: [...version4.filter(line => !isLoopback(line)), ...version6],
    };
}

/** Local addresses of listening sockets, in the format of /proc/net. */
function localAddresses(protocol: string): string[] {
    const LISTENING = "0A";
    const UNCONNECTED = "07";
    return readFileSync(`/proc/net/${protocol}`, "utf8")
        .split("\n")
        .slice(1)
        .map(line => line.trim().split(/\s+/))
        .filter(fields => fields[3] === (protocol.startsWith("tcp") ? LISTENING : UNCONNECTED))
        .map(([, local = ""]) => local);
}

/** Decodes an address of /proc/net: hexadecimal, in the byte order of the machine. */
function readableAddress(text: string): string {
    const [address = "", port = ""] = text.split(":");
    const bytes = [6, 4, 2, 0].map(at => parseInt(address.slice(at, at + 2), 16));
    return `${bytes.join(".")}:${parseInt(port, 16)}`;
}

function kernelSettings(): string[] {
    return entries("/proc/sys")
        .map(file => path.relative("/proc/sys", file))
        .filter(name => !VOLATILE_SETTINGS.some(pattern => pattern.test(name)))
        .flatMap(name => {
            try {
                return [`${name} = ${readFileSync(path.join("/proc/sys", name), "utf8").trim()}`];
            } catch {
                return [];
            }
        });
}

function folders(root: string): string[] {
    return readdirSync(root, { withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .flatMap(entry => {
            const folder = path.join(root, entry.name);
            try {
                return [folder, ...folders(folder)];
            } catch {
                return [folder];
            }
        });
}

/** Everything below a folder on the same file system. */
function entries(root: string): string[] {
    const device = statSync(root).dev;
    const below = (folder: string): string[] => {
        try {
            if (statSync(folder).dev !== device) return [];
            return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
                const child = path.join(folder, entry.name);
                return entry.isDirectory() ? [child, ...below(child)] : [child];
            });
        } catch {
            return [];
        }
    };
    return below(root).filter(file => !VOLATILE_FILES.some(pattern => pattern.test(file)));
}
