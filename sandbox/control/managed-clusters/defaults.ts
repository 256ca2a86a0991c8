import type { AgentPool, ManagedClusterProperties, NetworkProfile } from "./model";
import { DEFAULT_VERSION, fullVersion } from "./versions";

/** AKS truncates longer names of node resource groups. */
const MAXIMUM_GROUP_NAME = 80;

/** The resource group, name and region of a cluster. */
export interface ClusterLocation {
    resourceGroup: string;
    name: string;
    location: string;
}

/**
 * Completes the requested properties: unset ones keep their previous value, and in a new cluster get Azure's default
 * (Managed Clusters REST API). @param before undefined for a new cluster
 */
export function withDefaults(
    properties: ManagedClusterProperties,
    location: ClusterLocation,
    before?: ManagedClusterProperties,
): ManagedClusterProperties {
    const version = properties.kubernetesVersion ?? before?.kubernetesVersion ?? DEFAULT_VERSION;
    const networkProfile = networkWithDefaults(properties.networkProfile, before?.networkProfile);
    const pools = properties.agentPoolProfiles ?? before?.agentPoolProfiles ?? [];
    return {
        enableRBAC: true,
        disableLocalAccounts: false,
        supportPlan: "KubernetesOfficial",
        maxAgentPools: 100,
        autoUpgradeProfile: { nodeOSUpgradeChannel: "NodeImage" },
        servicePrincipalProfile: { clientId: "msi" },
        oidcIssuerProfile: { enabled: false },
        securityProfile: {},
        storageProfile: {
            diskCSIDriver: { enabled: true },
            fileCSIDriver: { enabled: true },
            snapshotController: { enabled: true },
        },
        metricsProfile: { costAnalysis: { enabled: false } },
        nodeResourceGroup: nodeResourceGroup(location),
        ...before,
        ...defined(properties),
        kubernetesVersion: version,
        networkProfile,
        agentPoolProfiles: pools.map(pool =>
            poolWithDefaults(
                pool,
                version,
                networkProfile,
                before?.agentPoolProfiles?.find(({ name }) => name === pool.name),
            ),
        ),
    };
}

function nodeResourceGroup({ resourceGroup, name, location }: ClusterLocation): string {
    return `MC_${resourceGroup}_${name}_${location}`.slice(0, MAXIMUM_GROUP_NAME);
}

function networkWithDefaults(
    profile: NetworkProfile | undefined,
    before: NetworkProfile | undefined,
): NetworkProfile {
    const chosen = { ...before, ...defined(profile ?? {}) };
    const plugin = chosen.networkPlugin ?? "azure";
    // The default is the overlay network. A request with networkPlugin and without networkPluginMode gets the flat one.
    const overlay = chosen.networkPlugin === undefined || chosen.networkPluginMode === "overlay";
    const podCidr = plugin === "kubenet" || overlay ? (chosen.podCidr ?? "10.244.0.0/16") : undefined;
    const serviceCidr = chosen.serviceCidr ?? "10.0.0.0/16";
    return {
        networkPlugin: plugin,
        ...(plugin === "azure" && overlay && { networkPluginMode: "overlay" as const }),
        networkPolicy: "none",
        networkDataplane: "azure",
        dnsServiceIP: "10.0.0.10",
        outboundType: "loadBalancer",
        loadBalancerSku: "standard",
        loadBalancerProfile: { managedOutboundIPs: { count: 1 }, backendPoolType: "nodeIPConfiguration" },
        ipFamilies: ["IPv4"],
        ...chosen,
        ...(podCidr !== undefined && { podCidr, podCidrs: [podCidr] }),
        serviceCidr,
        serviceCidrs: [serviceCidr],
    };
}

/** AKS chooses the size of a pool without one by quota and capacity ("Default VM SKU"); every choice is allowed here. */
const CHOSEN_SIZE = "Standard_D4ds_v5";

function poolWithDefaults(
    pool: AgentPool,
    version: string,
    { networkPlugin, networkPluginMode }: NetworkProfile,
    before: AgentPool | undefined,
): AgentPool {
    const flat = networkPlugin === "azure" && networkPluginMode !== "overlay";
    const full = fullVersion(pool.orchestratorVersion ?? before?.orchestratorVersion ?? version);
    return {
        count: 1,
        vmSize: CHOSEN_SIZE,
        osType: "Linux",
        osSKU: "Ubuntu",
        osDiskSizeGB: 128,
        osDiskType: "Managed",
        kubeletDiskType: "OS",
        maxPods: networkPlugin === "kubenet" ? 110 : flat ? 30 : 250,
        type: "VirtualMachineScaleSets",
        mode: "User",
        enableAutoScaling: false,
        enableNodePublicIP: false,
        enableFIPS: false,
        scaleDownMode: "Delete",
        upgradeSettings: { maxSurge: "10%", maxUnavailable: "0" },
        orchestratorVersion: version,
        ...before,
        ...defined(pool),
        currentOrchestratorVersion: full,
        nodeImageVersion: "AKSUbuntu-2204gen2containerd-202601.01.0",
        powerState: { code: "Running" },
        provisioningState: "Succeeded",
    };
}

/** Removes members whose value is undefined, which would override others when spread. */
function defined<Value extends object>(value: Value): Value {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(entries) as Value;
}
