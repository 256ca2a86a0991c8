import { describe, expect, it } from "vitest";
import { clusterChangeProblems } from "../../../components/aks/cluster-change";

const SUBNET =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes";
const POOL = {
    name: "agents",
    vmSize: "Standard_D4s_v5",
    availabilityZones: ["1", "2"],
    vnetSubnetID: SUBNET,
};
const BEFORE = { currentKubernetesVersion: "1.33.5", agentPoolProfiles: [{ name: "other" }, POOL] };

const problems = (pool: object, cluster: object = {}) =>
    Object.fromEntries(
        clusterChangeProblems(BEFORE, { agentPoolProfiles: [{ ...POOL, ...pool }], ...cluster }).map(
            ({ propertyPath, reason }) => [propertyPath, reason],
        ),
    );

describe("a change of a created cluster", () => {
    it.each<[what: string, pool: object, cluster?: object]>([
        ["nothing", {}],
        ["the number of nodes", { count: 5 }],
        ["a size that is no longer set", { vmSize: undefined }],
        ["the case of the subnet", { vnetSubnetID: SUBNET.toUpperCase() }],
        ["the order of zones", { availabilityZones: ["2", "1"] }],
        ["a minor version", {}, { kubernetesVersion: "1.34" }],
        ["a version that is no longer set", {}, { kubernetesVersion: undefined }],
        ["a patch version", {}, { kubernetesVersion: "1.33.6" }],
    ])("is allowed: %s", (_, pool, cluster) => expect(problems(pool, cluster)).toEqual({}));

    it.each<[path: string, reason: RegExp, pool: object, cluster?: object]>([
        [
            "cluster.create.vmSize",
            /is Standard_D8s_v5, but the nodes of the cluster have Standard_D4s_v5, which Azure cannot change; set it back to Standard_D4s_v5\. For other nodes, create a second component/,
            { vmSize: "Standard_D8s_v5" },
        ],
        ["cluster.create.zones", /is \["3"\], .* have \["1","2"\]/, { availabilityZones: ["3"] }],
        [
            "cluster.create.zones",
            /is not set, .* set it back to \["1","2"\]/,
            { availabilityZones: undefined },
        ],
        ["cluster.create.network.subnetId", /which Azure cannot change/, { vnetSubnetID: `${SUBNET}-2` }],
        [
            "cluster.create.kubernetesVersion",
            /is 1\.35, but the cluster has 1\.33\.5; .* set it to 1\.34 first/,
            {},
            { kubernetesVersion: "1.35" },
        ],
        [
            "cluster.create.kubernetesVersion",
            /does not go back .* set it to 1\.33 or remove it/,
            {},
            { kubernetesVersion: "1.32" },
        ],
    ])("is refused: %s", (path, reason, pool, cluster) => {
        const found = problems(pool, cluster);
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(reason);
    });

    it("reports all problems at once", () =>
        expect(
            Object.keys(
                problems({ vmSize: "Standard_D8s_v5", availabilityZones: [] }, { kubernetesVersion: "1.31" }),
            ),
        ).toEqual(["cluster.create.vmSize", "cluster.create.zones", "cluster.create.kubernetesVersion"]));

    it("is none when there was no such pool", () =>
        expect(clusterChangeProblems({}, { agentPoolProfiles: [POOL] })).toEqual([]));
});
