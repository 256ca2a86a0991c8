import type { V1Service } from "@kubernetes/client-node";
import { freeAddress } from "../networks/address-pool";
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

/** A Service with its address. */
export interface Assigned {
    service: V1Service;
    request: BalancerRequest;
    address: string;
    /** The public IP address resource. */
    publicIp?: Resource;
}

/** A Service without an address, and the reason for its event. */
interface Refused {
    service: V1Service;
    refusal: string;
}

export type Assignment = Assigned | Refused;

export interface AssignmentContext {
    /** All resources of the control plane, including public IP addresses. */
    resources: readonly Resource[];
    /** First three octets of internal addresses. */
    internalNetwork: string;
    /** Returns the public IP address of a Service that names none. */
    createPublicIp: (service: V1Service) => Resource;
}

/** Assigns addresses to Services of type LoadBalancer. Services that already have an address take precedence. */
export function assignAddresses(services: readonly V1Service[], context: AssignmentContext): Assignment[] {
    const assigned: Assigned[] = [];
    const published = services.map(publishedAddress).filter(address => address !== undefined);
    return [...services].sort(byPrecedence).map(service => {
        try {
            const taken = new Set([...published, ...assigned.map(({ address }) => address)]);
            const assignment = assign(service, taken, context);
            checkPorts(assignment, assigned);
            assigned.push(assignment);
            return assignment;
        } catch (error) {
            return { service, refusal: error instanceof Error ? error.message : String(error) };
        }
    });
}

/** @param taken addresses of all Services @throws if the Service cannot get an address */
function assign(service: V1Service, taken: ReadonlySet<string>, context: AssignmentContext): Assigned {
    const request = balancerRequest(service);
    if (service.spec?.ports?.some(({ protocol = "TCP" }) => protocol !== "TCP")) {
        throw new Error("the sandbox's load balancer supports only TCP");
    }
    return request.internal
        ? { service, request, address: internalAddress(service, request, taken, context) }
        : publicAddress(service, request, context);
}

function publicAddress(
    service: V1Service,
    request: BalancerRequest,
    { resources, createPublicIp }: AssignmentContext,
): Assigned {
    const publicIp =
        request.publicIpName === undefined
            ? createPublicIp(service)
            : declaredAddress(resources, request.publicIpName, request.publicIpResourceGroup);
    const address = publicIp.hidden.ip;
    if (typeof address !== "string") throw new Error(`public IP ${publicIp.id} has no address yet`);
    return { service, request, publicIp, address };
}

function internalAddress(
    service: V1Service,
    { subnet }: BalancerRequest,
    taken: ReadonlySet<string>,
    { resources, internalNetwork }: AssignmentContext,
): string {
    if (subnet !== undefined && subnetIsMissing(resources, subnet)) {
        throw new Error(`subnet ${subnet} was not found in a virtual network`);
    }
    const current = publishedAddress(service);
    return current?.startsWith(`${internalNetwork}.`)
        ? current
        : freeAddress(internalNetwork, taken, undefined);
}

/** Services can share a public address, but not a port of it. @throws if a port is already assigned */
function checkPorts(candidate: Assigned, assigned: readonly Assigned[]): void {
    const ports = ({ service }: Assigned) => service.spec?.ports?.map(({ port }) => port) ?? [];
    const holder = assigned.find(
        other =>
            other.address === candidate.address && ports(other).some(port => ports(candidate).includes(port)),
    );
    if (holder === undefined) return;
    throw new Error(
        `a port of ${candidate.address} that this Service uses belongs to Service ${qualifiedName(holder.service)}`,
    );
}

/** The existing public IP address that a Service names. @throws if the Service cannot use it */
function declaredAddress(
    resources: readonly Resource[],
    name: string,
    resourceGroup: string | undefined,
): Resource {
    const groups = resourceGroup === undefined ? nodeResourceGroups(resources) : [resourceGroup];
    const ids = groups.map(group => publicIpId(group, name).toLowerCase());
    const address = ofType(resources, PUBLIC_IP_ADDRESSES).find(({ id }) => ids.includes(id.toLowerCase()));
    if (address === undefined || address.provisioningState === "Deleting") {
        throw new Error(`public IP ${name} was not found in resource group ${groups.join(" or ")}`);
    }
    const sku = (address.envelope.sku as { name?: string } | undefined)?.name ?? "Basic";
    const [nodeGroup] = nodeResourceGroups(resources);
    if (sku === "Basic") {
        throw new Error(
            `PublicIPAndLBSkuDoNotMatch: Standard sku load balancer ${loadBalancerId(nodeGroup, "kubernetes")} ` +
                `cannot reference Basic sku publicIP ${address.id}`,
        );
    }
    const locations = clusterLocations(resources);
    if (locations.length > 0 && !locations.includes(address.location ?? "")) {
        throw new Error(
            `public IP ${address.id} is in ${address.location}, the cluster is in ${locations.join(" and ")}`,
        );
    }
    return address;
}

export function publicIpId(resourceGroup: string, name: string): string {
    return resourceId(SUBSCRIPTION, resourceGroup, PUBLIC_IP_ADDRESSES, [name]);
}

/** Id of the frontend IP configuration of a Service in the cluster's load balancer. */
export function frontendId({ service }: Assigned, resources: readonly Resource[]): string {
    const [group] = nodeResourceGroups(resources);
    return `${loadBalancerId(group, "kubernetes")}/frontendIPConfigurations/${balancerName(service)}`;
}

/** Orders Services that have an address first, then by age. */
function byPrecedence(one: V1Service, other: V1Service): number {
    const rank = (service: V1Service) => (publishedAddress(service) === undefined ? 1 : 0);
    // Objects from a watch have their times as strings.
    const created = ({ metadata }: V1Service) => new Date(metadata?.creationTimestamp ?? 0).getTime();
    return rank(one) - rank(other) || created(one) - created(other);
}
