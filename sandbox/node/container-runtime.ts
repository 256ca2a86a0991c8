import { existsSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached, cacheFolder } from "../../machine/cache";
import { debianPackages, hasDebianPackages } from "../../machine/debian";
import { programOnPath } from "./program-path";
import { cachedReleases, PLATFORM } from "./releases";

const ETCD_VERSION = "3.6.4";
const CONTAINERD_VERSION = "1.7.28";
const RUNC_VERSION = "1.3.0";
const CNI_PLUGINS_VERSION = "1.7.1";

/** Cache entry that records the choice of distribution packages. If it exists, no server is asked for a release. */
const RUNTIME_FROM_PACKAGES = path.join("node", "runtime-from-packages");

/** Absolute paths of the container runtime's programs, and of etcd. */
export interface ContainerRuntimePrograms {
    etcd: string;
    containerd: string;
    ctr: string;
    runc: string;
    /** The folder with the CNI plug-ins. */
    cniPlugins: string;
    /** Environment for etcd, containerd and its children. Unpacked packages need a search path for libraries. */
    environment: NodeJS.ProcessEnv;
}

/** Container runtime and etcd of the machine, else of the official releases, else of the distribution's packages. */
export async function containerRuntimePrograms(): Promise<ContainerRuntimePrograms> {
    return (await runtimeOnMachine()) ?? (await runtimeReleases()) ?? (await runtimePackages());
}

async function runtimeOnMachine(): Promise<ContainerRuntimePrograms | undefined> {
    const cniPlugins = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"].find(folder =>
        ["bridge", "host-local", "loopback"].every(plugin => existsSync(path.join(folder, plugin))),
    );
    const [etcd, containerd, shim, ctr, runc] = [
        "etcd",
        "containerd",
        "containerd-shim-runc-v2",
        "ctr",
        "runc",
    ].map(programOnPath);
    if (!cniPlugins || !etcd || !containerd || !shim || !ctr || !runc) return undefined;
    // Before 1.6, containerd does not support the kubelet's version of the Container Runtime Interface.
    const { stdout } = await execa(containerd, ["--version"]);
    const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d+/.exec(stdout) ?? [];
    if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 6)) return undefined;
    return { etcd, containerd, ctr, runc, cniPlugins, environment: process.env };
}

async function runtimeReleases(): Promise<ContainerRuntimePrograms | undefined> {
    if (existsSync(cacheFolder(RUNTIME_FROM_PACKAGES))) return undefined;
    const github = "https://github.com";
    const etcdFile = `etcd-v${ETCD_VERSION}-linux-${PLATFORM}`;
    const etcd = `${github}/etcd-io/etcd/releases/download/v${ETCD_VERSION}`;
    const containerd = `${github}/containerd/containerd/releases/download/v${CONTAINERD_VERSION}/containerd-${CONTAINERD_VERSION}-linux-${PLATFORM}.tar.gz`;
    const runc = `${github}/opencontainers/runc/releases/download/v${RUNC_VERSION}`;
    const plugins = `${github}/containernetworking/plugins/releases/download/v${CNI_PLUGINS_VERSION}/cni-plugins-linux-${PLATFORM}-v${CNI_PLUGINS_VERSION}.tgz`;
    const versions = [ETCD_VERSION, CONTAINERD_VERSION, RUNC_VERSION, CNI_PLUGINS_VERSION].join("-");
    const folder = await cachedReleases(`runtime-${versions}-${PLATFORM}`, "the container runtime", {
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
        // containerd searches PATH for its shim.
        environment: { ...process.env, PATH: `${programs}:${process.env.PATH}` },
    };
}

async function runtimePackages(): Promise<ContainerRuntimePrograms> {
    if (!hasDebianPackages()) {
        throw new Error(
            "No container runtime for the sandbox's Kubernetes node: etcd, containerd, runc and the CNI plug-ins are not " +
                "installed, github.com cannot be reached, and this system has no Debian packages. Install the programs, " +
                "allow downloads from github.com, or use Debian 12 or Ubuntu 24.04. " +
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
