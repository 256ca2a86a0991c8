import { existsSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached, cacheFolder } from "../../machine/cache";
import { withProgress } from "../../machine/progress";
import { buildGo } from "./go-build";
import { programOnPath } from "./program-path";
import { cachedReleases, PLATFORM } from "./releases";

/** The version to build, to download and to accept on the machine. Kubernetes 1.35 and later refuse hosts with cgroup version 1. */
const KUBERNETES_VERSION = "1.34.4";
const KUBERNETES_PROGRAMS = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
];

/** Cache entry of the build. If it exists, no server is asked for a release. */
const KUBERNETES_BUILT = path.join("node", `kubernetes-${KUBERNETES_VERSION}-${PLATFORM}-built`);

/** Absolute path of a Kubernetes program. */
export type KubernetesPrograms = (program: string) => string;

/** Kubernetes of the machine, else the official release, else a build from source. */
export async function kubernetesPrograms(): Promise<KubernetesPrograms> {
    return (await kubernetesOnMachine()) ?? (await kubernetesRelease()) ?? (await kubernetesBuild());
}

async function kubernetesOnMachine(): Promise<KubernetesPrograms | undefined> {
    const paths = new Map(KUBERNETES_PROGRAMS.map(program => [program, programOnPath(program)]));
    if ([...paths.values()].includes(undefined)) return undefined;
    const { stdout } = await execa(paths.get("kubelet")!, ["--version"]);
    const minor = KUBERNETES_VERSION.split(".").slice(0, 2).join(".");
    return stdout.includes(`v${minor}.`) ? program => paths.get(program)! : undefined;
}

async function kubernetesRelease(): Promise<KubernetesPrograms | undefined> {
    if (existsSync(cacheFolder(KUBERNETES_BUILT))) return undefined;
    const base = `https://dl.k8s.io/release/v${KUBERNETES_VERSION}/bin/linux/${PLATFORM}`;
    const folder = await cachedReleases(
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

/** All programs in one binary, built from the Go module in `module/`. */
async function kubernetesBuild(): Promise<KubernetesPrograms> {
    const folder = await cached(KUBERNETES_BUILT, async target => {
        const title = `Building Kubernetes ${KUBERNETES_VERSION} (about 5 minutes the first time)`;
        await withProgress(title, () =>
            buildGo(path.join(__dirname, "module"), path.join(target, "kubernetes"), versionDefinitions()),
        );
        for (const program of KUBERNETES_PROGRAMS) symlinkSync("kubernetes", path.join(target, program));
    });
    return program => path.join(folder, program);
}

/** Version variables that Kubernetes' official build sets. kubectl compares its version with that of the API server. */
function versionDefinitions(): string[] {
    const [major, minor] = KUBERNETES_VERSION.split(".");
    return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap(name => [
        `${name}.gitVersion=v${KUBERNETES_VERSION}`,
        `${name}.gitMajor=${major}`,
        `${name}.gitMinor=${minor}`,
        `${name}.gitTreeState=clean`,
    ]);
}
