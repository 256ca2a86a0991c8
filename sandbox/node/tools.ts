import { createHash } from "node:crypto";
import { readFileSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { cached } from "../../machine/cache";
import { debianPackages, hasDebianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { type ContainerRuntimePrograms, containerRuntimePrograms } from "./container-runtime";
import { buildGo } from "./go-build";
import { type KubernetesPrograms, kubernetesPrograms } from "./kubernetes-programs";
import { programOnPath } from "./program-path";
import { PLATFORM } from "./releases";

/** Programs of a node and the environments to run them. */
export interface NodeTools extends ContainerRuntimePrograms {
    /** Absolute path of a Kubernetes program, e.g. `kube-apiserver` or `kubectl`. */
    kubernetes: KubernetesPrograms;
    /** Absolute path of `coredns` or `metrics-server`. */
    addon: (program: string) => string;
    /** Environment for programs that call iptables. */
    iptablesEnvironment: NodeJS.ProcessEnv;
}

/**
 * Finds, downloads or builds the programs of a node. Programs on the machine come first, then official releases with a
 * checksum, then packages of the distribution or a build from source.
 */
export async function nodeTools(): Promise<NodeTools> {
    return {
        ...(await containerRuntimePrograms()),
        kubernetes: await kubernetesPrograms(),
        addon: await addonPrograms(),
        iptablesEnvironment: await iptablesEnvironment(),
    };
}

const ADDON_PROGRAMS = ["coredns", "metrics-server"];

/** CoreDNS and metrics-server in one binary. metrics-server has no release with programs, and CoreDNS adds little to its build. */
async function addonPrograms(): Promise<NodeTools["addon"]> {
    const module = path.join(__dirname, "module");
    const sources = [
        "go.mod",
        ...["coredns.go", "main.go", "metrics_server.go"].map(file => path.join("addons", file)),
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

const IPTABLES_PROGRAMS = ["iptables", "iptables-save", "iptables-restore"];

/** Environment with iptables on PATH: that of the machine, else that of the distribution's packages. */
async function iptablesEnvironment(): Promise<NodeJS.ProcessEnv> {
    if (IPTABLES_PROGRAMS.every(programOnPath)) return process.env;
    if (!hasDebianPackages()) {
        throw new Error(
            "iptables is not installed. The Services of the sandbox's cluster need it. Install it, or run " +
                "`npm run sandbox -- up --control-plane-only`, which does not use it.",
        );
    }
    const tree = await debianPackages(["iptables"]);
    const program = tree.path("usr/sbin/xtables-nft-multi");
    // The package manager creates these links when it configures the package; an unpacked package does not have them.
    const key = `iptables-${createHash("sha256").update(program).digest("hex").slice(0, 16)}`;
    const folder = await cached(path.join("node", key), target => {
        for (const name of IPTABLES_PROGRAMS) symlinkSync(program, path.join(target, name));
        return Promise.resolve();
    });
    return { ...tree.environment, PATH: `${folder}:${tree.environment.PATH}` };
}
