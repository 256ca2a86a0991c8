import { describe, expect, it } from "vitest";
import { ArmError } from "../../../control/arm/errors";
import { withDefaults } from "../../../control/managed-clusters/defaults";
import { managedClusterProperties } from "../../../control/managed-clusters/model";
import { checkManagedCluster } from "../../../control/managed-clusters/rules";
import type { ProposedCluster } from "../../../control/managed-clusters/rules/rule";

const place = { resourceGroup: "group", name: "aks", location: "westeurope" };
const pool = { name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 };
const asked = { dnsPrefix: "contoso", agentPoolProfiles: [pool] };

/** The proposed cluster for a request. @param before the first request; undefined for a new cluster */
function cluster(properties: object, before?: object, more: Partial<ProposedCluster> = {}): ProposedCluster {
    const previous = before && withDefaults(managedClusterProperties.parse(before), place);
    return {
        name: "aks",
        properties: withDefaults(managedClusterProperties.parse(properties), place, previous),
        ...(previous && { previous }),
        identityType: "SystemAssigned",
        exists: () => false,
        ...more,
    };
}

function refusal(proposed: ProposedCluster): string | undefined {
    try {
        checkManagedCluster(proposed);
        return undefined;
    } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        return [error.code, error.target].filter(part => part !== undefined).join(" ");
    }
}

const pools = (...changes: object[]) => ({
    ...asked,
    agentPoolProfiles: changes.map(change => ({ ...pool, ...change })),
});

describe("a managed cluster", () => {
    it("gets Azure's defaults for unset properties", () => {
        expect(cluster(asked).properties).toMatchObject({
            kubernetesVersion: "1.34",
            nodeResourceGroup: "MC_group_aks_westeurope",
            enableRBAC: true,
            oidcIssuerProfile: { enabled: false },
            networkProfile: {
                networkPlugin: "azure",
                networkPluginMode: "overlay",
                serviceCidr: "10.0.0.0/16",
                podCidr: "10.244.0.0/16",
                outboundType: "loadBalancer",
            },
            agentPoolProfiles: [{ osType: "Linux", maxPods: 250, currentOrchestratorVersion: "1.34.4" }],
        });
    });

    it("has a node resource group of at most 80 characters", () => {
        const long = { ...place, resourceGroup: "g".repeat(90) };
        expect(withDefaults(managedClusterProperties.parse(asked), long).nodeResourceGroup).toHaveLength(80);
    });

    it("keeps properties that a later request does not set", () => {
        const before = { ...asked, networkProfile: { networkPlugin: "kubenet" }, kubernetesVersion: "1.33" };
        const { properties } = cluster({ dnsPrefix: "contoso" }, before);
        expect(properties).toMatchObject({
            kubernetesVersion: "1.33",
            networkProfile: { networkPlugin: "kubenet" },
            agentPoolProfiles: [{ vmSize: "Standard_D4s_v5", count: 3 }],
        });
    });

    it.each<[what: string, proposed: ProposedCluster]>([
        ["with valid properties", cluster(asked)],
        ["without a size of its nodes", cluster(pools({ vmSize: undefined }))],
        ["with the size that it has", cluster(pools({ vmSize: undefined }), asked)],
        [
            "with a range of its own for Services",
            cluster({
                ...asked,
                networkProfile: { serviceCidr: "10.96.0.0/12", dnsServiceIP: "10.96.0.10" },
            }),
        ],
        ["with a user pool without nodes", cluster(pools({}, { name: "gpu", mode: "User", count: 0 }))],
        ["with autoscaling", cluster(pools({ enableAutoScaling: true, minCount: 1, maxCount: 5 }))],
        ["with more nodes than before", cluster(pools({ count: 5 }), asked)],
        ["sent again unchanged", cluster(asked, asked)],
        ["sent again as Azure shows it", cluster(cluster(asked).properties, asked)],
        [
            "one minor version up",
            cluster({ ...asked, kubernetesVersion: "1.34" }, { ...asked, kubernetesVersion: "1.33" }),
        ],
        [
            "with Entra ID and without local accounts",
            cluster({ ...asked, disableLocalAccounts: true, aadProfile: { managed: true } }),
        ],
        [
            "in a subnet that exists",
            cluster(pools({ vnetSubnetID: "/s" }), undefined, { exists: () => true }),
        ],
        [
            "with a service principal",
            cluster({ ...asked, servicePrincipalProfile: { clientId: "x" } }, undefined, {
                identityType: undefined,
            }),
        ],
    ])("%s is accepted", (_, proposed) => expect(refusal(proposed)).toBeUndefined());

    const changed = (change: object) => cluster({ ...asked, ...change }, asked);
    it.each<[because: string, refused: string, proposed: ProposedCluster]>([
        ["its name ends with '-'", "InvalidParameter resourceName", { ...cluster(asked), name: "aks-" }],
        [
            "its name is too long",
            "InvalidParameter resourceName",
            { ...cluster(asked), name: "a".repeat(64) },
        ],
        ["it has no DNS prefix", "InvalidParameter dnsPrefix", cluster({ agentPoolProfiles: [pool] })],
        ["its DNS prefix has a dot", "InvalidParameter dnsPrefix", cluster({ ...asked, dnsPrefix: "a.b" })],
        ["it has no pool", "InvalidParameter agentPoolProfiles", cluster({ dnsPrefix: "contoso" })],
        [
            "no pool has mode System",
            "InvalidParameter agentPoolProfile.mode",
            cluster(pools({ mode: "User" })),
        ],
        [
            "the name of a pool has a capital letter",
            "InvalidParameter agentPoolProfile.name",
            cluster(pools({ name: "System" })),
        ],
        [
            "a pool's name is too long",
            "InvalidParameter agentPoolProfile.name",
            cluster(pools({ name: "a".repeat(13) })),
        ],
        ["two pools have the same name", "InvalidParameter agentPoolProfile.name", cluster(pools({}, {}))],
        [
            "a pool has an empty size",
            "InvalidParameter agentPoolProfile.vmSize",
            cluster(pools({ vmSize: "" })),
        ],
        [
            "the nodes have one core",
            "InvalidParameter agentPoolProfile.vmSize",
            cluster(pools({ vmSize: "Standard_D1_v2" })),
        ],
        [
            "a zone is not a number",
            "InvalidParameter agentPoolProfile.availabilityZones",
            cluster(pools({ availabilityZones: ["westeurope-1"] })),
        ],
        ...(
            [
                ["the range of Services is not a range", "serviceCidr", { serviceCidr: "10.0.0.0" }],
                ["the range of Services is too large", "serviceCidr", { serviceCidr: "10.0.0.0/8" }],
                ["the range of Services is reserved", "serviceCidr", { serviceCidr: "172.30.0.0/24" }],
                [
                    "the range of Services overlaps that of the pods",
                    "serviceCidr",
                    { serviceCidr: "10.240.0.0/12", dnsServiceIP: "10.240.0.10" },
                ],
                ["the DNS address is outside the range", "dnsServiceIP", { serviceCidr: "10.1.0.0/16" }],
                ["the DNS address is the first of the range", "dnsServiceIP", { dnsServiceIP: "10.0.0.1" }],
                ["the DNS address is none", "dnsServiceIP", { dnsServiceIP: "10.0.0.999" }],
            ] as const
        ).map(([because, member, networkProfile]): [string, string, ProposedCluster] => [
            because,
            `InvalidParameter networkProfile.${member}`,
            cluster({ ...asked, networkProfile }),
        ]),
        [
            "the system pool has no node",
            "InvalidParameter agentPoolProfile.count",
            cluster(pools({ count: 0 })),
        ],
        ["a pool is too large", "InvalidParameter agentPoolProfile.count", cluster(pools({ count: 1001 }))],
        [
            "autoscaling has no bounds",
            "InvalidParameter agentPoolProfile.minCount",
            cluster(pools({ enableAutoScaling: true })),
        ],
        [
            "its node count is outside the autoscaling bounds",
            "InvalidParameter agentPoolProfile.count",
            cluster(pools({ enableAutoScaling: true, minCount: 4, maxCount: 5 })),
        ],
        [
            "its subnet is missing",
            "InvalidParameter agentPoolProfile.vnetSubnetID",
            cluster(pools({ vnetSubnetID: "/s" })),
        ],
        [
            "its version is unknown",
            "K8sVersionNotSupported",
            cluster({ ...asked, kubernetesVersion: "1.20" }),
        ],
        [
            "its patch is unknown",
            "K8sVersionNotSupported",
            cluster({ ...asked, kubernetesVersion: "1.34.99" }),
        ],
        ["its version would be downgraded", "OperationNotAllowed", changed({ kubernetesVersion: "1.33" })],
        [
            "its upgrade would skip a minor version",
            "OperationNotAllowed",
            cluster({ ...asked, kubernetesVersion: "1.34" }, { ...asked, kubernetesVersion: "1.32" }),
        ],
        [
            "it has no identity",
            "InvalidParameter servicePrincipalProfile",
            { ...cluster(asked), identityType: "None" },
        ],
        [
            "local accounts are disabled without Entra ID",
            "BadRequest disableLocalAccounts",
            cluster({ ...asked, disableLocalAccounts: true }),
        ],
        [
            "the OIDC issuer would be disabled",
            "OIDCIssuerFeatureCannotBeDisabled oidcIssuerProfile.enabled",
            cluster(
                { ...asked, oidcIssuerProfile: { enabled: false } },
                { ...asked, oidcIssuerProfile: { enabled: true } },
            ),
        ],
        [
            "workload identity is enabled without the OIDC issuer",
            "BadRequest securityProfile.workloadIdentity",
            cluster({ ...asked, securityProfile: { workloadIdentity: { enabled: true } } }),
        ],
        ["its DNS prefix changes", "PropertyChangeNotAllowed dnsPrefix", changed({ dnsPrefix: "fabrikam" })],
        [
            "its node group changes",
            "PropertyChangeNotAllowed nodeResourceGroup",
            changed({ nodeResourceGroup: "other" }),
        ],
        [
            "its network changes",
            "PropertyChangeNotAllowed networkProfile.networkPlugin",
            changed({ networkProfile: { networkPlugin: "kubenet" } }),
        ],
        [
            "its service CIDR changes",
            "PropertyChangeNotAllowed networkProfile.serviceCidr",
            changed({ networkProfile: { serviceCidr: "10.1.0.0/16" } }),
        ],
        [
            "the VM size of a pool changes",
            "PropertyChangeNotAllowed agentPoolProfile.vmSize",
            changed(pools({ vmSize: "Standard_D8s_v5" })),
        ],
        [
            "the zones of a pool change",
            "PropertyChangeNotAllowed agentPoolProfile.availabilityZones",
            changed(pools({ availabilityZones: ["1"] })),
        ],
    ])("is refused because %s", (_, refused, proposed) => {
        expect(refusal(proposed)).toBe(refused);
    });
});
