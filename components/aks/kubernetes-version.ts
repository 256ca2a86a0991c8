import type { GetManagedClusterResult } from "@pulumi/azure-native/containerservice";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Kubelets before 1.30 do not wait with `preStop.sleep` by default (KEP 3960), so requests to terminating pods would fail.
 */
const MINIMUM_MINOR = 30;

/** Why the version of Kubernetes is too old. A text of another form is no problem here. */
export function kubernetesVersionProblem(version: string): string | undefined {
    const minor = /^1\.(\d+)/.exec(version)?.[1];
    if (minor === undefined || Number(minor) >= MINIMUM_MINOR) return undefined;
    return `is ${version}; use Kubernetes 1.${MINIMUM_MINOR} or newer, whose pods finish their requests before they stop`;
}

/** The running versions of a cluster that are too old: of its control plane and of its node pools. */
export function clusterVersionProblems(
    cluster: Partial<GetManagedClusterResult>,
): pulumi.InputPropertyErrorDetails[] {
    return versionsOf(cluster).flatMap(({ owner, version }) => {
        const problem = kubernetesVersionProblem(version);
        return problem === undefined
            ? []
            : [{ propertyPath: "cluster.attach", reason: `the version of ${owner} ${problem}` }];
    });
}

/** During an upgrade, the versions of node pools are older than that of the control plane. */
function versionsOf(cluster: Partial<GetManagedClusterResult>): { owner: string; version: string }[] {
    const { currentKubernetesVersion, kubernetesVersion, agentPoolProfiles = [] } = cluster;
    return [
        { owner: "the cluster", version: currentKubernetesVersion ?? kubernetesVersion ?? "" },
        ...agentPoolProfiles
            .filter(({ osType }) => osType !== "Windows")
            .map(({ name, currentOrchestratorVersion, orchestratorVersion }) => ({
                owner: `the node pool ${name}`,
                version: (currentOrchestratorVersion as string | undefined) ?? orchestratorVersion ?? "",
            })),
    ];
}
