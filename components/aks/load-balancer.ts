import * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { PublicAddress } from "./address";
import { publicPorts } from "./front";
import { frontLabels, type KubernetesScope, objectName } from "./kubernetes-scope";
import type { AksSettings } from "./settings";

const ANNOTATIONS = "service.beta.kubernetes.io";

/** The way from outside to the front: a load balancer of Azure, with the address, or an internal one without. */
export function loadBalancer(
    settings: AksSettings,
    scope: KubernetesScope,
    address: PublicAddress | undefined,
    front: pulumi.Resource,
    hooks: pulumi.ResourceHookBinding | undefined,
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
