import type { V1Service } from "@kubernetes/client-node";
import { AddressPool } from "../networks/address-pool";
import {
    attachPublicIp,
    detachPublicIp,
    PUBLIC_IP_ADDRESSES,
    publicIpHidden,
} from "../arm/resource-types/public-ip-attachment";
import type { Resource } from "../state/resource";
import type { Store } from "../state/store";
import { type Assigned, frontendId, publicIpId } from "./assignment";
import { clusterLocations, nodeResourceGroups } from "./network";
import { balancerName, qualifiedName } from "./request";

/** Tag of the public IP addresses that the cloud controller has created for a Service, as on Azure. */
const OWNER_TAG = "k8s-azure-service";

/** Creates, attaches, detaches and deletes the public IP addresses of Services. */
export class ServicePublicIps {
    private readonly pool: AddressPool;

    /** @param network first three octets of public addresses */
    constructor(
        private readonly store: Store,
        network: string,
        private readonly clock: () => Date,
    ) {
        this.pool = new AddressPool(network, () => this.all());
    }

    /** The public IP address of a Service that names none. Creates it at the first call. */
    createFor(service: V1Service): Resource {
        const name = `kubernetes-${balancerName(service)}`;
        const existing = this.all().find(address => address.name === name);
        if (existing) return existing;
        const [resourceGroup] = nodeResourceGroups(this.store.all());
        const [location] = clusterLocations(this.store.all());
        const created: Resource = {
            id: publicIpId(resourceGroup, name),
            name,
            type: PUBLIC_IP_ADDRESSES,
            ...(location !== undefined && { location }),
            tags: { [OWNER_TAG]: qualifiedName(service), "k8s-azure-cluster-name": "kubernetes" },
            envelope: { sku: { name: "Standard", tier: "Regional" } },
            properties: { publicIPAllocationMethod: "Static" },
            hidden: { ip: this.pool.next() },
            provisioningState: "Succeeded",
            createdAt: this.clock().toISOString(),
        };
        this.store.put(created);
        return created;
    }

    /** Attaches every assigned address, detaches the others, and deletes the created ones whose Service no longer exists. */
    attach(assigned: readonly Assigned[]): void {
        const frontends = new Map<string, string>();
        for (const one of assigned) {
            if (!one.publicIp || frontends.has(one.publicIp.id)) continue;
            frontends.set(one.publicIp.id, frontendId(one, this.store.all()));
        }
        for (const { id, hidden, tags } of this.all()) {
            const frontend = frontends.get(id);
            const { attachedTo } = publicIpHidden.parse(hidden);
            if (attachedTo !== undefined && attachedTo !== frontend)
                detachPublicIp(this.store, id, attachedTo);
            if (frontend !== undefined) attachPublicIp(this.store, id, frontend);
            else if (tags?.[OWNER_TAG] !== undefined) this.store.delete(id);
        }
    }

    private all(): Resource[] {
        return this.store.ofType(PUBLIC_IP_ADDRESSES);
    }
}
