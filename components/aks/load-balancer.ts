import * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { PublicAddress } from "./address";
import { publicPorts } from "./front";
import { frontLabels, type KubernetesScope, objectName } from "./kubernetes-scope";
import { type LimitsSettings, silentSeconds } from "../model/request-limits";
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

/** Bounds of the idle time-out of Azure's load balancer. The least is the default. */
const IDLE_MINUTES = { least: 4, most: 30 };

/** How long the load balancer must keep connections that wait for a model, in minutes. */
export function idleMinutes(models: readonly { requestLimits: LimitsSettings }[]): number {
    const silence = Math.max(...models.map(({ requestLimits }) => silentSeconds(requestLimits)));
    // A minute more: the load balancer must not be the first to end a connection.
    return Math.min(Math.max(Math.ceil(silence / 60) + 1, IDLE_MINUTES.least), IDLE_MINUTES.most);
}

function annotations(
    settings: AksSettings,
    address: PublicAddress | undefined,
): Record<string, pulumi.Input<string>> {
    const minutes = idleMinutes(settings.models);
    return {
        ...addressAnnotations(settings, address),
        ...(minutes > IDLE_MINUTES.least && {
            [`${ANNOTATIONS}/azure-load-balancer-tcp-idle-timeout`]: String(minutes),
        }),
    };
}

function addressAnnotations(
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
