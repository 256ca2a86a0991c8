import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached, cacheFolder } from "../../machine/cache";
import { debianPackages, hasDebianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { downloadRelease, NoNetwork, type ReleaseFile } from "./releases";

/** Programs of a node, and how to run them. */
export interface NodeTools {
    /** Absolute path of a Kubernetes program, e.g. `kube-apiserver` or `kubectl`. */
    kubernetes(program: string): string;
    /** Absolute path of `coredns` or `metrics-server`. */
    addon(program: string): string;
    etcd: string;
    containerd: string;
    ctr: string;
    runc: string;
    /** The folder with the CNI plug-ins. */
    cniPlugins: string;
    /** For etcd, containerd and what containerd starts: unpacked packages need a search path for libraries. */
    environment: NodeJS.ProcessEnv;
    /** For kube-proxy, which calls iptables. */
    packetFilter: NodeJS.ProcessEnv;
}

/** Built, downloaded, and looked for on the machine. Later ones refuse hosts with cgroup version 1. */
const KUBERNETES_VERSION = "1.34.4";
const KUBERNETES_PROGRAMS = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
];
const ETCD_VERSION = "3.6.4";
const CONTAINERD_VERSION = "1.7.28";
const RUNC_VERSION = "1.3.0";
const CNI_PLUGINS_VERSION = "1.7.1";

const PLATFORM = process.arch === "arm64" ? "arm64" : "amd64";

/** Finds, downloads or builds what a node needs. */
export async function nodeTools(): Promise<NodeTools> {
    const runtime = (await runtimeOnMachine()) ?? (await runtimeReleases()) ?? (await runtimePackages());
    const kubernetes =
        (await kubernetesOnMachine()) ?? (await kubernetesRelease()) ?? (await kubernetesBuild());
    return { ...runtime, kubernetes, addon: await addonsBuild(), packetFilter: await packetFilter() };
}

/** Entries of the cache that stand for the last choice: with one of them there, no server is asked again. */
const KUBERNETES_BUILT = path.join("node", `kubernetes-${KUBERNETES_VERSION}-${PLATFORM}-built`);
const RUNTIME_FROM_PACKAGES = path.join("node", "runtime-from-packages");

type Runtime = Omit<NodeTools, "kubernetes" | "addon" | "packetFilter">;
type Kubernetes = NodeTools["kubernetes"];

async function runtimeOnMachine(): Promise<Runtime | undefined> {
    const cniPlugins = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"].find(folder =>
        ["bridge", "host-local", "loopback"].every(plugin => existsSync(path.join(folder, plugin))),
    );
    const [etcd, containerd, shim, ctr, runc] = [
        "etcd",
        "containerd",
        "containerd-shim-runc-v2",
        "ctr",
        "runc",
    ].map(onPath);
    if (!cniPlugins || !etcd || !containerd || !shim || !ctr || !runc) return undefined;
    // Before 1.6 containerd does not speak the kubelet's version of the runtime interface.
    const { stdout } = await execa(containerd, ["--version"]);
    const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d+/.exec(stdout) ?? [];
    if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 6)) return undefined;
    return { etcd, containerd, ctr, runc, cniPlugins, environment: process.env };
}

async function runtimeReleases(): Promise<Runtime | undefined> {
    if (existsSync(cacheFolder(RUNTIME_FROM_PACKAGES))) return undefined;
    const github = "https://github.com";
    const etcdFile = `etcd-v${ETCD_VERSION}-linux-${PLATFORM}`;
    const etcd = `${github}/etcd-io/etcd/releases/download/v${ETCD_VERSION}`;
    const containerd = `${github}/containerd/containerd/releases/download/v${CONTAINERD_VERSION}/containerd-${CONTAINERD_VERSION}-linux-${PLATFORM}.tar.gz`;
    const runc = `${github}/opencontainers/runc/releases/download/v${RUNC_VERSION}`;
    const plugins = `${github}/containernetworking/plugins/releases/download/v${CNI_PLUGINS_VERSION}/cni-plugins-linux-${PLATFORM}-v${CNI_PLUGINS_VERSION}.tgz`;
    const versions = [ETCD_VERSION, CONTAINERD_VERSION, RUNC_VERSION, CNI_PLUGINS_VERSION].join("-");
    const folder = await released(`runtime-${versions}-${PLATFORM}`, "the container runtime", {
        etcd: [{ url: `${etcd}/${etcdFile}.tar.gz`, checksumUrl: `${etcd}/SHA256SUMS` }],
        containerd: [{ url: containerd, checksumUrl: `${containerd}.sha256sum` }],
        runc: [{ url: `${runc}/runc.${PLATFORM}`, checksumUrl: `${runc}/runc.sha256sum` }],
        cni: [{ url: plugins, checksumUrl: `${plugins}.sha256` }],
    });
    if (!folder) return undefined;
    const programs = path.join(folder, "containerd", "bin");
    return {
        etcd: path.join(folder, "etcd", etcdFile, "etcd"),
        containerd: path.join(programs, "containerd"),
        ctr: path.join(programs, "ctr"),
        runc: path.join(folder, "runc", `runc.${PLATFORM}`),
        cniPlugins: path.join(folder, "cni"),
        // containerd looks for its shim on the path.
        environment: { ...process.env, PATH: `${programs}:${process.env.PATH}` },
    };
}

async function runtimePackages(): Promise<Runtime> {
    if (!hasDebianPackages()) {
        throw new Error(
            "A container runtime for the sandbox cannot be had here. Install etcd, containerd, runc and the CNI " +
                "plug-ins, allow downloads from github.com, or run the sandbox on Debian 12 or Ubuntu 24.04. " +
                "`npm run sandbox -- up --control-plane-only` needs none of them.",
        );
    }
    const tree = await debianPackages(["containerd", "containernetworking-plugins", "etcd-server", "runc"]);
    await cached(RUNTIME_FROM_PACKAGES, () => Promise.resolve());
    return {
        etcd: tree.path("usr/bin/etcd"),
        containerd: tree.path("usr/bin/containerd"),
        ctr: tree.path("usr/bin/ctr"),
        runc: tree.path("usr/sbin/runc"),
        cniPlugins: path.dirname(tree.path("usr/lib/cni/bridge")),
        environment: tree.environment,
    };
}

async function kubernetesOnMachine(): Promise<Kubernetes | undefined> {
    const found = new Map(KUBERNETES_PROGRAMS.map(program => [program, onPath(program)]));
    if ([...found.values()].includes(undefined)) return undefined;
    const { stdout } = await execa(found.get("kubelet")!, ["--version"]);
    const minor = KUBERNETES_VERSION.split(".").slice(0, 2).join(".");
    return stdout.includes(`v${minor}.`) ? program => found.get(program)! : undefined;
}

async function kubernetesRelease(): Promise<Kubernetes | undefined> {
    if (existsSync(cacheFolder(KUBERNETES_BUILT))) return undefined;
    const base = `https://dl.k8s.io/release/v${KUBERNETES_VERSION}/bin/linux/${PLATFORM}`;
    const folder = await released(
        `kubernetes-${KUBERNETES_VERSION}-${PLATFORM}`,
        `Kubernetes ${KUBERNETES_VERSION}`,
        {
            ".": KUBERNETES_PROGRAMS.map(program => ({
                url: `${base}/${program}`,
                checksumUrl: `${base}/${program}.sha256`,
            })),
        },
    );
    return folder ? program => path.join(folder, program) : undefined;
}

/** All programs in one binary from the Go module in `module/`. */
async function kubernetesBuild(): Promise<Kubernetes> {
    const folder = await cached(KUBERNETES_BUILT, async target => {
        const title = `Building Kubernetes ${KUBERNETES_VERSION} (about 5 minutes the first time)`;
        await withProgress(title, () =>
            buildGo(path.join(__dirname, "module"), path.join(target, "kubernetes"), versionFlags()),
        );
        for (const program of KUBERNETES_PROGRAMS) symlinkSync("kubernetes", path.join(target, program));
    });
    return program => path.join(folder, program);
}

const ADDON_PROGRAMS = ["coredns", "metrics-server"];

/** Names and metrics in one binary. metrics-server has no release of programs, and with it CoreDNS costs little. */
async function addonsBuild(): Promise<NodeTools["addon"]> {
    const module = path.join(__dirname, "module");
    const sources = [
        "go.mod",
        ...["main.go", "metrics.go", "names.go"].map(file => path.join("addons", file)),
    ];
    const hash = createHash("sha256");
    for (const source of sources) hash.update(readFileSync(path.join(module, source)));
    const key = `addons-${hash.digest("hex").slice(0, 16)}-${PLATFORM}`;
    const folder = await cached(path.join("node", key), async target => {
        await withProgress("Building cluster DNS and metrics (up to 3 minutes the first time)", () =>
            buildGo(module, path.join(target, "addons"), [], "./addons"),
        );
        for (const program of ADDON_PROGRAMS) symlinkSync("addons", path.join(target, program));
    });
    return program => path.join(folder, program);
}

const PACKET_FILTER_PROGRAMS = ["iptables", "iptables-save", "iptables-restore"];

/** iptables of the machine, else of the distribution. */
async function packetFilter(): Promise<NodeJS.ProcessEnv> {
    if (PACKET_FILTER_PROGRAMS.every(onPath)) return process.env;
    if (!hasDebianPackages()) {
        throw new Error(
            "Services of the sandbox's cluster need iptables. Install it, or use " +
                "`npm run sandbox -- up --control-plane-only`, which does without.",
        );
    }
    const tree = await debianPackages(["iptables"]);
    const program = tree.path("usr/sbin/xtables-nft-multi");
    // Unpacked packages lack the names that the package manager makes by their configuration.
    const key = `iptables-${createHash("sha256").update(program).digest("hex").slice(0, 16)}`;
    const folder = await cached(path.join("node", key), target => {
        for (const name of PACKET_FILTER_PROGRAMS) symlinkSync(program, path.join(target, name));
        return Promise.resolve();
    });
    return { ...tree.environment, PATH: `${folder}:${tree.environment.PATH}` };
}

/**
 * Builds a static program from a Go module of the sandbox.
 * @param definitions what the linker sets, `package.variable=value`
 * @param main the main package inside of the module
 */
export async function buildGo(
    module: string,
    program: string,
    definitions: readonly string[] = [],
    main = ".",
): Promise<void> {
    if (!onPath("go")) {
        throw new Error(
            "Programs of the sandbox's Kubernetes node have to be built here: install Go 1.24 or later " +
                "(https://go.dev/dl), or use `npm run sandbox -- up --control-plane-only`.",
        );
    }
    const flags = ["-s", "-w", ...definitions.flatMap(definition => ["-X", definition])].join(" ");
    await execa("go", ["build", "-trimpath", "-ldflags", flags, "-o", program, main], {
        cwd: module,
        env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
        stdin: "ignore",
    });
}

/** What Kubernetes' own build sets: kubectl and the API server compare their versions. */
function versionFlags(): string[] {
    const [major, minor] = KUBERNETES_VERSION.split(".");
    return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap(name => [
        `${name}.gitVersion=v${KUBERNETES_VERSION}`,
        `${name}.gitMajor=${major}`,
        `${name}.gitMinor=${minor}`,
        `${name}.gitTreeState=clean`,
    ]);
}

/** Once a server was out of reach, the others are not asked: a machine without a network should not wait for each. */
let online = true;

/** @returns the folder with the files of the releases by subfolder, or nothing when they cannot be reached */
async function released(
    name: string,
    title: string,
    files: Record<string, ReleaseFile[]>,
): Promise<string | undefined> {
    const key = path.join("node", `${name}-released`);
    if (existsSync(cacheFolder(key))) return cacheFolder(key);
    if (!online) return undefined;
    try {
        return await cached(key, folder =>
            withProgress(`Downloading ${title}`, async () => {
                for (const [subfolder, list] of Object.entries(files)) {
                    for (const file of list) await downloadRelease(file, path.join(folder, subfolder));
                }
            }),
        );
    } catch (error) {
        if (!(error instanceof NoNetwork)) throw error;
        online = false;
        return undefined;
    }
}

function onPath(program: string): string | undefined {
    return (process.env.PATH ?? "")
        .split(":")
        .map(folder => path.join(folder, program))
        .find(file => path.isAbsolute(file) && existsSync(file));
}
