import { resourceGroupId, resourceGroupOf } from "../arm/resource-id";
import { SUBSCRIPTION } from "../../subscriptions";
import type { Resource } from "../state/resource";

const MANAGED_CLUSTERS = "Microsoft.ContainerService/managedClusters";
const VIRTUAL_NETWORKS = "Microsoft.Network/virtualNetworks";
const SUBNETS = "Microsoft.Network/virtualNetworks/subnets";

/** Stands for the node resource group where nobody has declared a cluster. */
const OWN_RESOURCE_GROUP = "MC_sandbox";

/** The resource groups for the nodes of the declared clusters, all of which are this Kubernetes. The first is the default. */
export function nodeResourceGroups(resources: readonly Resource[]): [string, ...string[]] {
    const groups = ofType(resources, MANAGED_CLUSTERS).map(({ id, name, location, properties }) =>
        typeof properties.nodeResourceGroup === "string"
            ? properties.nodeResourceGroup
            : `MC_${resourceGroupOf(id)}_${name}_${location}`,
    );
    const [first = OWN_RESOURCE_GROUP, ...others] = groups;
    return [first, ...others];
}

/** Regions of the declared clusters. */
export function clusterLocations(resources: readonly Resource[]): string[] {
    return ofType(resources, MANAGED_CLUSTERS).flatMap(({ location }) => location ?? []);
}

/** ARM id of the load balancer that a cluster has. @param name `kubernetes`, or `kubernetes-internal` */
export function loadBalancerId(resourceGroup: string, name: string): string {
    return `${resourceGroupId(SUBSCRIPTION, resourceGroup)}/providers/Microsoft.Network/loadBalancers/${name}`;
}

/** Whether virtual networks are declared and none of them has the subnet. */
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
