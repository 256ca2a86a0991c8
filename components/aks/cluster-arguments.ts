import type * as pulumi from "@pulumi/pulumi";

/** The purpose of a cluster (`cluster_purpose` in Azure ML v1). It sets the defaults of a new cluster. */
export enum ClusterPurpose {
    /** Production: three nodes, and a control plane with an uptime SLA. */
    FastProd = "FastProd",
    /** Development: one node, and the free control plane. */
    DevTest = "DevTest",
}

/** The network of a new cluster. */
export interface ClusterNetworkArgs {
    /** The resource id of the subnet of the nodes. It must exist. */
    subnetId: pulumi.Input<string>;
    /**
     * The address range of Kubernetes Services, in CIDR notation. It must not overlap any network that the cluster connects to.
     * @default "10.0.0.0/16" (Azure's)
     */
    serviceCidr?: pulumi.Input<string>;
    /**
     * The IPv4 address of the cluster's DNS service. It must be inside `serviceCidr`.
     * @default "10.0.0.10" (Azure's)
     */
    dnsServiceIp?: pulumi.Input<string>;
}

/** A cluster that the component creates and deletes. */
export interface NewClusterArgs {
    /**
     * The purpose of the cluster, which sets the defaults.
     * @default ClusterPurpose.FastProd
     */
    purpose?: ClusterPurpose;
    /**
     * The name of the cluster in Azure. A changed name creates another cluster.
     * @default the component's name and eight characters
     */
    name?: pulumi.Input<string>;
    /**
     * The number of nodes, from 1 to 1000.
     * @default 3, or 1 for `DevTest` (as Azure ML v1)
     */
    agentCount?: number;
    /**
     * The VM size of the nodes, with at least 2 cores. Azure cannot change it for an existing cluster, so preview refuses a change.
     * @default the size that AKS chooses by the quota and the capacity of the region; an existing cluster keeps its size
     * @example "Standard_D4s_v5"
     */
    vmSize?: string;
    /**
     * The Kubernetes version, at least 1.30. Azure upgrades by one minor version at a time and does not go back, so preview refuses
     * other changes.
     * @default the version that Azure recommends at the creation of the cluster
     * @example "1.34"
     */
    kubernetesVersion?: string;
    /**
     * The availability zones of the nodes. Azure cannot change them for an existing cluster, so preview refuses a change.
     * @default none
     * @example ["1", "2", "3"]
     */
    zones?: string[];
    /**
     * An existing network for the nodes.
     * @default a network that Azure creates with the cluster
     */
    network?: ClusterNetworkArgs;
}

/**
 * An existing cluster with Kubernetes 1.30 or newer on the control plane and the nodes; the versions of a cluster that is identified
 * by its resource id or its name are checked at preview. The component changes only one namespace of it, and does not delete it. Set `resourceId`, or
 * `resourceGroupName` and `clusterName`, or `kubeconfig`, or pass a Kubernetes provider in the component's `providers`.
 */
export interface AttachedClusterArgs {
    /**
     * The resource id of the cluster. It may be in another subscription than the stack. Conflicts with `resourceGroupName` and
     * `clusterName`.
     * @default none
     */
    resourceId?: string;
    /**
     * The resource group of the cluster. Requires `clusterName`.
     * @default none
     */
    resourceGroupName?: pulumi.Input<string>;
    /**
     * The name of the cluster. Requires `resourceGroupName`.
     * @default none
     */
    clusterName?: pulumi.Input<string>;
    /**
     * The contents of a kubeconfig, for clusters whose user credentials the stack cannot read or use (e.g. Microsoft Entra login
     * only). Without `resourceId` or `clusterName`, also set `location`, and assign the role Network Contributor on the service's
     * resource group to the identity of the cluster. Secret.
     * @default the user credentials of the cluster
     */
    kubeconfig?: pulumi.Input<string>;
}

/** The cluster: a new one, or one that exists. */
export interface ClusterArgs {
    /**
     * Creates a cluster. Exactly one of `create` and `attach` must be set.
     * @default none
     * @example {}
     */
    create?: NewClusterArgs;
    /**
     * Uses an existing cluster. Exactly one of `create` and `attach` must be set.
     * @default none
     */
    attach?: AttachedClusterArgs;
}
