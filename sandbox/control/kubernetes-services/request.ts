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

export function balancerRequest({ metadata, spec }: V1Service): BalancerRequest {
    const annotation = (name: string) => metadata?.annotations?.[PREFIX + name]?.trim() || undefined;
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
