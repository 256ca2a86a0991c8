import { z } from "zod";
import { optional, word } from "../arm/body";

/** The members of `properties` of Microsoft.ContainerService/managedClusters that the sandbox reads (REST API). Others are stored as sent. */

const agentPool = z.looseObject({
    name: z.string(),
    count: optional(z.number().int()),
    vmSize: optional(z.string()),
    mode: optional(word("System", "User", "Gateway", "ManagedSystem")),
    osType: optional(word("Linux", "Windows")),
    type: optional(z.string()),
    enableAutoScaling: optional(z.boolean()),
    minCount: optional(z.number().int()),
    maxCount: optional(z.number().int()),
    maxPods: optional(z.number().int()),
    osDiskSizeGB: optional(z.number().int()),
    availabilityZones: optional(z.array(z.string())),
    vnetSubnetID: optional(z.string()),
    orchestratorVersion: optional(z.string()),
});

const networkProfile = z.looseObject({
    networkPlugin: optional(word("azure", "kubenet", "none")),
    networkPluginMode: optional(word("overlay")),
    networkPolicy: optional(word("none", "calico", "azure", "cilium")),
    networkDataplane: optional(word("azure", "cilium")),
    networkMode: optional(z.string()),
    podCidr: optional(z.string()),
    serviceCidr: optional(z.string()),
    dnsServiceIP: optional(z.string()),
    outboundType: optional(z.string()),
    loadBalancerSku: optional(word("standard", "basic")),
});

const linuxProfile = z.looseObject({ adminUsername: z.string() });
const aadProfile = z.looseObject({ managed: optional(z.boolean()), tenantID: optional(z.string()) });
const feature = z.looseObject({ enabled: optional(z.boolean()) });

export const managedClusterProperties = z.looseObject({
    kubernetesVersion: optional(z.string()),
    dnsPrefix: optional(z.string()),
    fqdnSubdomain: optional(z.string()),
    agentPoolProfiles: optional(z.array(agentPool)),
    linuxProfile: optional(linuxProfile),
    nodeResourceGroup: optional(z.string()),
    networkProfile: optional(networkProfile),
    aadProfile: optional(aadProfile),
    disableLocalAccounts: optional(z.boolean()),
    diskEncryptionSetID: optional(z.string()),
    enableRBAC: optional(z.boolean()),
    oidcIssuerProfile: optional(feature),
    servicePrincipalProfile: optional(z.looseObject({ clientId: z.string() })),
    securityProfile: optional(z.looseObject({ workloadIdentity: optional(feature) })),
});

export type ManagedClusterProperties = z.output<typeof managedClusterProperties>;
export type AgentPool = z.output<typeof agentPool>;
export type NetworkProfile = z.output<typeof networkProfile>;

/** The provider's data of a cluster. */
export const managedClusterHidden = z.object({
    /** Part of the host names of the cluster and of its token issuer. */
    uid: z.string(),
});
