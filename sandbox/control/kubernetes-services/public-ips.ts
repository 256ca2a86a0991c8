import type { V1Service } from "@kubernetes/client-node";
import { freeAddress } from "../addresses";
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

/** Tells the public IP addresses that were made for a Service from others, as in Azure. */
const OWNER_TAG = "k8s-azure-service";

/** The cloud controller's hand on public IP addresses: it makes some, and says of each whether it is in use. */
export class ServicePublicIps {
    private lastAddress: string | undefined;

    /** @param network first three octets of public addresses */
    constructor(
        private readonly store: Store,
        private readonly network: string,
        private readonly clock: () => Date,
    ) {}

    /** The address of a Service that names none: its own from its first day to its last. */
    make(service: V1Service): Resource {
        const name = `kubernetes-${balancerName(service)}`;
        const there = this.all().find(address => address.name === name);
        if (there) return there;
        const taken = this.all().flatMap(({ hidden }) => (typeof hidden.ip === "string" ? hidden.ip : []));
        this.lastAddress = freeAddress(this.network, new Set(taken), this.lastAddress);
        const [resourceGroup] = nodeResourceGroups(this.store.all());
        const [location] = clusterLocations(this.store.all());
        const made: Resource = {
            id: publicIpId(resourceGroup, name),
            name,
            type: PUBLIC_IP_ADDRESSES,
            ...(location !== undefined && { location }),
            tags: { [OWNER_TAG]: qualifiedName(service), "k8s-azure-cluster-name": "kubernetes" },
            envelope: { sku: { name: "Standard", tier: "Regional" } },
            properties: { publicIPAllocationMethod: "Static" },
            hidden: { ip: this.lastAddress },
            provisioningState: "Succeeded",
            createdAt: this.clock().toISOString(),
        };
        this.store.put(made);
        return made;
    }

    /** Every address is marked as attached to who has it and to nobody else; what was made for a Service goes with it. */
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
