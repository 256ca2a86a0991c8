import { resourceGroupId, resourceGroupOf } from "../arm/resource-id";
import { SUBSCRIPTION } from "../../subscriptions";
import type { Resource } from "../state/resource";

const MANAGED_CLUSTERS = "Microsoft.ContainerService/managedClusters";
const VIRTUAL_NETWORKS = "Microsoft.Network/virtualNetworks";
const SUBNETS = "Microsoft.Network/virtualNetworks/subnets";

/** The node resource group if no managed cluster exists. */
const DEFAULT_RESOURCE_GROUP = "MC_sandbox";

/** The node resource groups of the managed clusters, all of which are this Kubernetes. The first one is the default. */
export function nodeResourceGroups(resources: readonly Resource[]): [string, ...string[]] {
    const groups = ofType(resources, MANAGED_CLUSTERS).map(({ id, name, location, properties }) =>
        typeof properties.nodeResourceGroup === "string"
            ? properties.nodeResourceGroup
            : `MC_${resourceGroupOf(id)}_${name}_${location}`,
    );
    const [first = DEFAULT_RESOURCE_GROUP, ...others] = groups;
    return [first, ...others];
}

/** The regions of the managed clusters. */
export function clusterLocations(resources: readonly Resource[]): string[] {
    return ofType(resources, MANAGED_CLUSTERS).flatMap(({ location }) => location ?? []);
}

/** ARM id of the load balancer of a cluster. @param name `kubernetes` or `kubernetes-internal` */
export function loadBalancerId(resourceGroup: string, name: string): string {
    return `${resourceGroupId(SUBSCRIPTION, resourceGroup)}/providers/Microsoft.Network/loadBalancers/${name}`;
}

/** Whether virtual networks exist and none has the subnet. */
export function subnetIsMissing(resources: readonly Resource[], name: string): boolean {
    const networks = ofType(resources, VIRTUAL_NETWORKS);
    if (networks.length === 0) return false;
    const inline = networks.flatMap(({ properties }) =>
        Array.isArray(properties.subnets) ? (properties.subnets as { name?: unknown }[]) : [],
    );
    const subnets = [...inline, ...ofType(resources, SUBNETS)];
    return !subnets.some(subnet => String(subnet.name).toLowerCase() === name.toLowerCase());
}

export function ofType(resources: readonly Resource[], type: string): Resource[] {
    return resources.filter(resource => resource.type.toLowerCase() === type.toLowerCase());
}
