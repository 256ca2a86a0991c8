import * as net from "node:net";
import type { V1Service } from "@kubernetes/client-node";

const PREFIX = "service.beta.kubernetes.io/azure-";

/** What a Service asks of Azure's load balancer, by its annotations (Azure Kubernetes Service, "load-balancer-standard"). */
export interface BalancerRequest {
    internal: boolean;
    /** Name of a subnet, for an internal address. */
    subnet?: string;
    /** Name of a public IP address that is there already. */
    publicIpName?: string;
    /** Where that address is; undefined: in the cluster's node resource group. */
    publicIpResourceGroup?: string;
    /** Where clients may come from (CIDR); undefined: from everywhere. */
    sources?: string[];
}

/** Whether the cloud controller has to do with the Service. */
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
        // As in Azure, a range that is none lets nobody in.
        sources: ranges?.map(range => range.trim()).filter(isRange),
    };
}

/** IPv4 only, as all of the sandbox's addresses. */
function isRange(text: string): boolean {
    const [address = "", bits, ...more] = text.split("/");
    return more.length === 0 && net.isIPv4(address) && /^\d{1,2}$/.test(bits ?? "") && Number(bits) <= 32;
}

/** A name for the load balancer's parts that belong to a Service, as Kubernetes' cloud providers derive it. */
export function balancerName({ metadata }: V1Service): string {
    return `a${metadata?.uid?.replaceAll("-", "") ?? ""}`.slice(0, 32);
}

/** @example "default/front" */
export function qualifiedName({ metadata }: V1Service): string {
    return `${metadata?.namespace}/${metadata?.name}`;
}

/** The address that clients of the Service are told. */
export function publishedAddress({ status }: V1Service): string | undefined {
    return status?.loadBalancer?.ingress?.[0]?.ip;
}
