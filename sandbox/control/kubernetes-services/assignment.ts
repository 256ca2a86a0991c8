import type { V1Service } from "@kubernetes/client-node";
import { freeAddress } from "../addresses";
import { PUBLIC_IP_ADDRESSES } from "../arm/resource-types/public-ip-attachment";
import { resourceId } from "../arm/resource-id";
import { SUBSCRIPTION } from "../../subscriptions";
import type { Resource } from "../state/resource";
import { clusterLocations, loadBalancerId, nodeResourceGroups, ofType, subnetIsMissing } from "./network";
import {
    type BalancerRequest,
    balancerName,
    balancerRequest,
    publishedAddress,
    qualifiedName,
} from "./request";

/** The address that a Service gets. */
export interface Assigned {
    service: V1Service;
    request: BalancerRequest;
    address: string;
    /** The public IP address resource. */
    publicIp?: Resource;
}

/** Why it gets none, in the words of its event. */
export interface Refused {
    service: V1Service;
    refusal: string;
}

export type Assignment = Assigned | Refused;

export interface Surroundings {
    /** Of the control plane, declared public IP addresses among them. */
    resources: readonly Resource[];
    /** First three octets of internal addresses. */
    internalNetwork: string;
    /** Makes the public IP address of a Service that names none. */
    makePublicIp: (service: V1Service) => Resource;
}

/** What each of the Services of type LoadBalancer gets. Who already has an address keeps it before others. */
export function assignAddresses(
    services: readonly V1Service[],
    { resources, internalNetwork, makePublicIp }: Surroundings,
): Assignment[] {
    const assigned: Assigned[] = [];
    const published = services.map(publishedAddress).filter(address => address !== undefined);

    function assign(service: V1Service): Assigned {
        const request = balancerRequest(service);
        if (service.spec?.ports?.some(({ protocol = "TCP" }) => protocol !== "TCP")) {
            throw new Error("the sandbox's load balancer passes on TCP alone");
        }
        const candidate = request.internal
            ? { service, request, address: internalAddress(service, request) }
            : publicAddress(service, request);
        const taken = assigned.find(other => meets(other, candidate));
        if (taken === undefined) return candidate;
        throw new Error(
            `a port of ${candidate.address} that this Service wants belongs to Service ${qualifiedName(taken.service)}`,
        );
    }

    function publicAddress(service: V1Service, request: BalancerRequest): Assigned {
        const publicIp =
            request.publicIpName === undefined
                ? makePublicIp(service)
                : declaredAddress(resources, request.publicIpName, request.publicIpResourceGroup);
        const address = publicIp.hidden.ip;
        if (typeof address !== "string") throw new Error(`public IP ${publicIp.id} has no address yet`);
        return { service, request, publicIp, address };
    }

    function internalAddress(service: V1Service, { subnet }: BalancerRequest): string {
        if (subnet !== undefined && subnetIsMissing(resources, subnet)) {
            throw new Error(`subnet ${subnet} was not found in a virtual network`);
        }
        const before = publishedAddress(service);
        const taken = new Set([...published, ...assigned.map(({ address }) => address)]);
        return before?.startsWith(`${internalNetwork}.`)
            ? before
            : freeAddress(internalNetwork, taken, undefined);
    }

    return [...services].sort(byClaim).map(service => {
        try {
            const one = assign(service);
            assigned.push(one);
            return one;
        } catch (error) {
            return { service, refusal: error instanceof Error ? error.message : String(error) };
        }
    });
}

function declaredAddress(
    resources: readonly Resource[],
    name: string,
    resourceGroup: string | undefined,
): Resource {
    const groups = resourceGroup === undefined ? nodeResourceGroups(resources) : [resourceGroup];
    const ids = groups.map(group => publicIpId(group, name).toLowerCase());
    const found = ofType(resources, PUBLIC_IP_ADDRESSES).find(({ id }) => ids.includes(id.toLowerCase()));
    if (found === undefined || found.provisioningState === "Deleting") {
        throw new Error(`public IP ${name} was not found in resource group ${groups.join(" or ")}`);
    }
    const sku = (found.envelope.sku as { name?: string } | undefined)?.name ?? "Basic";
    const [nodeGroup] = nodeResourceGroups(resources);
    if (sku === "Basic") {
        throw new Error(
            `PublicIPAndLBSkuDoNotMatch: Standard sku load balancer ${loadBalancerId(nodeGroup, "kubernetes")} ` +
                `cannot reference Basic sku publicIP ${found.id}`,
        );
    }
    const locations = clusterLocations(resources);
    if (locations.length > 0 && !locations.includes(found.location ?? "")) {
        throw new Error(
            `public IP ${found.id} is in ${found.location}, the cluster is in ${locations.join(" and ")}`,
        );
    }
    return found;
}

export function publicIpId(resourceGroup: string, name: string): string {
    return resourceId(SUBSCRIPTION, resourceGroup, PUBLIC_IP_ADDRESSES, [name]);
}

/** The part of a cluster's load balancer that an address is attached to. */
export function frontendId({ service }: Assigned, resources: readonly Resource[]): string {
    const [group] = nodeResourceGroups(resources);
    return `${loadBalancerId(group, "kubernetes")}/frontendIPConfigurations/${balancerName(service)}`;
}

/** Services may share a public address, but not a port of it. */
function meets(one: Assigned, other: Assigned): boolean {
    const ports = ({ service }: Assigned) => service.spec?.ports?.map(({ port }) => port) ?? [];
    return one.address === other.address && ports(one).some(port => ports(other).includes(port));
}

/** Those that have been told an address first, then by age. */
function byClaim(one: V1Service, other: V1Service): number {
    const rank = (service: V1Service) => (publishedAddress(service) === undefined ? 1 : 0);
    // What a watch brings has times as text.
    const age = ({ metadata }: V1Service) => new Date(metadata?.creationTimestamp ?? 0).getTime();
    return rank(one) - rank(other) || age(one) - age(other);
}
