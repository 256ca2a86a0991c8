import type * as pulumi from "@pulumi/pulumi";

/** What a cluster is for (v1's `cluster_purpose`). */
export enum ClusterPurpose {
    /** Production: three nodes and a control plane with an uptime SLA. */
    FastProd = "FastProd",
    /** Development: one node and the free control plane. */
    DevTest = "DevTest",
}

/** The network of a new cluster. */
export interface ClusterNetworkArgs {
    /** The resource id of the subnet that the nodes are in. It has to exist. */
    subnetId: pulumi.Input<string>;
    /**
     * Addresses of Kubernetes Services, as CIDR; no network that the cluster talks to may overlap it.
     * @default "10.0.0.0/16" (Azure's)
     */
    serviceCidr?: pulumi.Input<string>;
    /**
     * The address of the cluster's DNS, inside of `serviceCidr`.
     * @default "10.0.0.10" (Azure's)
     */
    dnsServiceIp?: pulumi.Input<string>;
}

/** A cluster that the component makes, and destroys with itself. */
export interface NewClusterArgs {
    /**
     * What the cluster is for; decides the defaults.
     * @default ClusterPurpose.FastProd
     */
    purpose?: ClusterPurpose;
    /**
     * The name of the cluster in Azure. Another name makes another cluster.
     * @default the component's name and eight characters
     */
    name?: pulumi.Input<string>;
    /**
     * Nodes.
     * @default 3, or 1 for `DevTest` (as v1)
     */
    agentCount?: number;
    /**
     * The size of a node. Azure cannot change it for a cluster that exists.
     * @default "Standard_D3_v2" (as v1)
     */
    vmSize?: string;
    /**
     * The version of Kubernetes.
     * @default the one that Azure recommends when the cluster is made
     * @example "1.34"
     */
    kubernetesVersion?: string;
    /**
     * Availability zones that nodes are spread over.
     * @default none
     * @example ["1", "2", "3"]
     */
    zones?: string[];
    /**
     * A network of your own.
     * @default one that Azure makes with the cluster
     */
    network?: ClusterNetworkArgs;
}

/**
 * A cluster that exists. Nothing of it is changed beyond one namespace, and it stays when the component goes.
 * Name it by `resourceId`, by `resourceGroupName` and `clusterName`, or give a `kubeconfig`, or a Kubernetes provider
 * among the component's `providers`.
 */
export interface AttachedClusterArgs {
    /**
     * The resource id of the cluster. Its subscription may be another than the stack's.
     * @default none
     */
    resourceId?: string;
    /**
     * The resource group of the cluster, together with `clusterName`.
     * @default none
     */
    resourceGroupName?: pulumi.Input<string>;
    /**
     * The name of the cluster, together with `resourceGroupName`.
     * @default none
     */
    clusterName?: pulumi.Input<string>;
    /**
     * Contents of a kubeconfig, for clusters whose own the stack may not read or use (Microsoft Entra login only).
     * Without `resourceId` or `clusterName` beside it, `location` is needed, and the cluster's identity needs the role
     * Network Contributor on the service's resource group from you. Secret.
     * @default the cluster's user credentials
     */
    kubeconfig?: pulumi.Input<string>;
}

/** The cluster: a new one, or one that exists. */
export interface ClusterArgs {
    /**
     * Make a cluster.
     * @default none: either this or `attach`
     */
    create?: NewClusterArgs;
    /**
     * Use a cluster that exists.
     * @default none: either this or `create`
     */
    attach?: AttachedClusterArgs;
}
