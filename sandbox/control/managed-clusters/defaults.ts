import type { AgentPool, ManagedClusterProperties, NetworkProfile } from "./model";
import { DEFAULT_VERSION, fullVersion } from "./versions";

const LARGEST_GROUP_NAME = 80;

/** Where a cluster is. */
export interface ClusterPlace {
    resourceGroup: string;
    name: string;
    location: string;
}

/**
 * A cluster as Azure keeps it: what a client leaves out stays what it was, or becomes what Azure chooses.
 * @param before undefined for a new cluster
 */
export function completed(
    properties: ManagedClusterProperties,
    place: ClusterPlace,
    before?: ManagedClusterProperties,
): ManagedClusterProperties {
    const version = properties.kubernetesVersion ?? before?.kubernetesVersion ?? DEFAULT_VERSION;
    const networkProfile = completedNetwork(properties.networkProfile, before?.networkProfile);
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
        nodeResourceGroup: nodeResourceGroup(place),
        ...before,
        ...defined(properties),
        kubernetesVersion: version,
        networkProfile,
        agentPoolProfiles: pools.map(pool =>
            completedPool(
                pool,
                version,
                networkProfile,
                before?.agentPoolProfiles?.find(({ name }) => name === pool.name),
            ),
        ),
    };
}

function nodeResourceGroup({ resourceGroup, name, location }: ClusterPlace): string {
    return `MC_${resourceGroup}_${name}_${location}`.slice(0, LARGEST_GROUP_NAME);
}

function completedNetwork(
    profile: NetworkProfile | undefined,
    before: NetworkProfile | undefined,
): NetworkProfile {
    const chosen = { ...before, ...defined(profile ?? {}) };
    const plugin = chosen.networkPlugin ?? "azure";
    // Azure's own choice is the overlay; a client that names the plug-in gets the flat network unless it says otherwise.
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

function completedPool(
    pool: AgentPool,
    version: string,
    { networkPlugin, networkPluginMode }: NetworkProfile,
    before: AgentPool | undefined,
): AgentPool {
    const flat = networkPlugin === "azure" && networkPluginMode !== "overlay";
    const full = fullVersion(pool.orchestratorVersion ?? before?.orchestratorVersion ?? version);
    return {
        count: 1,
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

/** Without the members that are not set, which would hide what is below them. */
function defined<Value extends object>(value: Value): Value {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(entries) as Value;
}
