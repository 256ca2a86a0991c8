import { describe, expect, it } from "vitest";
import { ArmError } from "../../../control/arm/errors";
import { withDefaults } from "../../../control/managed-clusters/defaults";
import { managedClusterProperties } from "../../../control/managed-clusters/model";
import { checkManagedCluster } from "../../../control/managed-clusters/rules";
import type { ProposedCluster } from "../../../control/managed-clusters/rules/rule";

const place = { resourceGroup: "group", name: "aks", location: "westeurope" };
const pool = { name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 };
const asked = { dnsPrefix: "contoso", agentPoolProfiles: [pool] };

/** What Azure makes of a request. @param before what was asked for at first; undefined for a new cluster */
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
    it("gets what Azure chooses where the client does not", () => {
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

    it("keeps what a later request leaves out", () => {
        const before = { ...asked, networkProfile: { networkPlugin: "kubenet" }, kubernetesVersion: "1.33" };
        const { properties } = cluster({ dnsPrefix: "contoso" }, before);
        expect(properties).toMatchObject({
            kubernetesVersion: "1.33",
            networkProfile: { networkPlugin: "kubenet" },
            agentPoolProfiles: [{ vmSize: "Standard_D4s_v5", count: 3 }],
        });
    });

    it.each<[what: string, proposed: ProposedCluster]>([
        ["as asked for", cluster(asked)],
        [
            "with a pool of users that has no node",
            cluster(pools({}, { name: "gpu", mode: "User", count: 0 })),
        ],
        ["that scales itself", cluster(pools({ enableAutoScaling: true, minCount: 1, maxCount: 5 }))],
        ["with more nodes than before", cluster(pools({ count: 5 }), asked)],
        ["sent again unchanged", cluster(asked, asked)],
        ["sent again as Azure shows it", cluster(cluster(asked).properties, asked)],
        [
            "one minor version up",
            cluster({ ...asked, kubernetesVersion: "1.34" }, { ...asked, kubernetesVersion: "1.33" }),
        ],
        [
            "of Entra users alone",
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
    ])("%s is taken", (_, proposed) => expect(refusal(proposed)).toBeUndefined());

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
            "no pool is for the system",
            "InvalidParameter agentPoolProfile.mode",
            cluster(pools({ mode: "User" })),
        ],
        [
            "a pool has a capital",
            "InvalidParameter agentPoolProfile.name",
            cluster(pools({ name: "System" })),
        ],
        [
            "a pool's name is too long",
            "InvalidParameter agentPoolProfile.name",
            cluster(pools({ name: "a".repeat(13) })),
        ],
        ["two pools have one name", "InvalidParameter agentPoolProfile.name", cluster(pools({}, {}))],
        [
            "a pool has no size",
            "InvalidParameter agentPoolProfile.vmSize",
            cluster(pools({ vmSize: undefined })),
        ],
        ["the system has no node", "InvalidParameter agentPoolProfile.count", cluster(pools({ count: 0 }))],
        ["a pool is too large", "InvalidParameter agentPoolProfile.count", cluster(pools({ count: 1001 }))],
        [
            "nothing bounds its scaling",
            "InvalidParameter agentPoolProfile.minCount",
            cluster(pools({ enableAutoScaling: true })),
        ],
        [
            "it is outside of its bounds",
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
        ["it would go down", "OperationNotAllowed", changed({ kubernetesVersion: "1.33" })],
        [
            "it would leave a version out",
            "OperationNotAllowed",
            cluster({ ...asked, kubernetesVersion: "1.34" }, { ...asked, kubernetesVersion: "1.32" }),
        ],
        [
            "it acts as nobody",
            "InvalidParameter servicePrincipalProfile",
            { ...cluster(asked), identityType: "None" },
        ],
        [
            "nobody could log in",
            "BadRequest disableLocalAccounts",
            cluster({ ...asked, disableLocalAccounts: true }),
        ],
        [
            "an issuer stays",
            "OIDCIssuerFeatureCannotBeDisabled oidcIssuerProfile.enabled",
            cluster(
                { ...asked, oidcIssuerProfile: { enabled: false } },
                { ...asked, oidcIssuerProfile: { enabled: true } },
            ),
        ],
        [
            "its workloads have no issuer",
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
            "its services' addresses change",
            "PropertyChangeNotAllowed networkProfile.serviceCidr",
            changed({ networkProfile: { serviceCidr: "10.1.0.0/16" } }),
        ],
        [
            "the size of a pool's machines changes",
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
