import * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { PublicAddress } from "./address";
import { publicPorts } from "./front";
import { frontLabels, type KubernetesScope, objectName } from "./kubernetes-scope";
import type { AksSettings } from "./settings";

const ANNOTATIONS = "service.beta.kubernetes.io";

interface LoadBalancerArgs {
    /** Absent: an internal load balancer. */
    address: PublicAddress | undefined;
    front: pulumi.Resource;
    hooks: pulumi.ResourceHookBinding | undefined;
}

/** The Service of the front: a public load balancer with the address or, without an address, an internal one. */
export function loadBalancer(
    settings: AksSettings,
    scope: KubernetesScope,
    { address, front, hooks }: LoadBalancerArgs,
): core.Service {
    const name = objectName(scope, "front");
    const selector = frontLabels(scope);
    return new core.Service(
        name,
        {
            metadata: {
                name,
                namespace: scope.namespace,
                labels: selector,
                annotations: annotations(settings, address),
            },
            spec: { type: "LoadBalancer", selector, ports: publicPorts(settings) },
        },
        { ...scope.opts, dependsOn: [front, ...(address?.ready ?? [])], hooks },
    );
}

function annotations(
    settings: AksSettings,
    address: PublicAddress | undefined,
): Record<string, pulumi.Input<string>> {
    if (address) {
        return {
            [`${ANNOTATIONS}/azure-pip-name`]: settings.publicIpAddressName,
            [`${ANNOTATIONS}/azure-load-balancer-resource-group`]: settings.resourceGroupName,
        };
    }
    const { subnetName } = settings.loadBalancer;
    return {
        [`${ANNOTATIONS}/azure-load-balancer-internal`]: "true",
        ...(subnetName !== undefined && {
            [`${ANNOTATIONS}/azure-load-balancer-internal-subnet`]: subnetName,
        }),
    };
}
