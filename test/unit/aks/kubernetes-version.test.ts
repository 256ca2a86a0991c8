import { describe, expect, it } from "vitest";
import { clusterVersionProblems, kubernetesVersionProblem } from "../../../components/aks/kubernetes-version";

const ADVICE = "use Kubernetes 1.30 or newer, whose pods finish their requests before they stop";

describe("kubernetesVersionProblem", () => {
    it.each(["1.9", "1.29", "1.29.15", "1.3"])("refuses %s", version => {
        expect(kubernetesVersionProblem(version)).toBe(`is ${version}; ${ADVICE}`);
    });

    it.each(["1.30", "1.30.0", "1.34.4", "1.100", "2.0", ""])("accepts %s", version => {
        expect(kubernetesVersionProblem(version)).toBeUndefined();
    });
});

describe("clusterVersionProblems", () => {
    type Cluster = Parameters<typeof clusterVersionProblems>[0];
    /** A cluster with these node pools. */
    const cluster = (
        versions: Omit<Cluster, "agentPoolProfiles">,
        pools: Record<string, [version?: string, osType?: string]> = {},
    ): Cluster => ({
        ...versions,
        agentPoolProfiles: Object.entries(pools).map(([name, [version, osType = "Linux"]]) => ({
            ...{ name, osType, currentOrchestratorVersion: version as string },
            ...{ eTag: "", nodeImageVersion: "", provisioningState: "Succeeded" },
        })),
    });

    it("lists the cluster and every node pool that is too old", () => {
        const found = cluster(
            { currentKubernetesVersion: "1.29.7", kubernetesVersion: "1.30" },
            { fresh: ["1.30.2"], old: ["1.28.9"], windows: ["1.28.9", "Windows"] },
        );
        expect(clusterVersionProblems(found)).toEqual([
            { propertyPath: "cluster.attach", reason: `the version of the cluster is 1.29.7; ${ADVICE}` },
            {
                propertyPath: "cluster.attach",
                reason: `the version of the node pool old is 1.28.9; ${ADVICE}`,
            },
        ]);
    });

    it("accepts a cluster that is new enough, or whose versions Azure does not return", () => {
        const enough = cluster({ currentKubernetesVersion: "1.34.4" }, { fresh: ["1.30.2"] });
        expect(clusterVersionProblems(enough)).toEqual([]);
        expect(clusterVersionProblems(cluster({ kubernetesVersion: "1.30" }))).toEqual([]);
        expect(clusterVersionProblems(cluster({}, { unknown: [] }))).toEqual([]);
        expect(clusterVersionProblems({})).toEqual([]);
    });
});
