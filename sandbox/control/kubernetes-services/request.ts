import * as net from "node:net";
import type { V1Service } from "@kubernetes/client-node";

const PREFIX = "service.beta.kubernetes.io/azure-";

/** The annotations of a Service for Azure's load balancer ("Use a public standard load balancer in AKS", customizations). */
export interface BalancerRequest {
    internal: boolean;
    /** Name of the subnet of an internal address. */
    subnet?: string;
    /** Name of an existing public IP address. */
    publicIpName?: string;
    /** Resource group of that address. @default the cluster's node resource group */
    publicIpResourceGroup?: string;
    /** Allowed client addresses (CIDR). @default all */
    sources?: string[];
}

/** Whether the cloud controller assigns an address to the Service. */
export function wantsAddress({ metadata, spec }: V1Service): boolean {
    return (
        spec?.type === "LoadBalancer" &&
        spec.loadBalancerClass === undefined &&
        metadata?.deletionTimestamp === undefined
    );
}

/** Bounds of the idle time-out in minutes ("Use a public standard load balancer in AKS", customizations). */
const IDLE_MINUTES = { least: 4, most: 30 };

/** @throws if an annotation has a value that Azure's cloud controller refuses */
export function balancerRequest({ metadata, spec }: V1Service): BalancerRequest {
    const annotation = (name: string) => metadata?.annotations?.[PREFIX + name]?.trim() || undefined;
    checkIdleTimeout(annotation("load-balancer-tcp-idle-timeout"));
    const ranges = annotation("allowed-ip-ranges")?.split(",") ?? spec?.loadBalancerSourceRanges;
    return {
        internal: annotation("load-balancer-internal") === "true",
        subnet: annotation("load-balancer-internal-subnet"),
        publicIpName: annotation("pip-name"),
        publicIpResourceGroup: annotation("load-balancer-resource-group"),
        // As on Azure, an invalid range is ignored, and if all are invalid, no client is allowed.
        sources: ranges?.map(range => range.trim()).filter(isRange),
    };
}

/** The sandbox's load balancer keeps idle connections: it is a proxy, which does not see TCP keep-alive packets as Azure's does. */
function checkIdleTimeout(minutes: string | undefined): void {
    const { least, most } = IDLE_MINUTES;
    if (minutes === undefined) return;
    if (/^\d+$/.test(minutes) && Number(minutes) >= least && Number(minutes) <= most) return;
    throw new Error(
        `idle timeout value '${minutes}' must be a whole number in minutes between ${least} and ${most}`,
    );
}

/** Whether a text is an IPv4 range. The sandbox has no IPv6 addresses. */
function isRange(text: string): boolean {
    const [address = "", bits, ...more] = text.split("/");
    return more.length === 0 && net.isIPv4(address) && /^\d{1,2}$/.test(bits ?? "") && Number(bits) <= 32;
}

/** The name of a Service's frontend and public IP address, derived as by Kubernetes' cloud providers. */
export function balancerName({ metadata }: V1Service): string {
    return `a${metadata?.uid?.replaceAll("-", "") ?? ""}`.slice(0, 32);
}

/** @example "default/front" */
export function qualifiedName({ metadata }: V1Service): string {
    return `${metadata?.namespace}/${metadata?.name}`;
}

/** The address in the status of a Service. */
export function publishedAddress({ status }: V1Service): string | undefined {
    return status?.loadBalancer?.ingress?.[0]?.ip;
}
