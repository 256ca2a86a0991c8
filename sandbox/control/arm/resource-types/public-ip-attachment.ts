import { z } from "zod";
import type { Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { ArmError } from "../errors";

export const PUBLIC_IP_ADDRESSES = "Microsoft.Network/publicIPAddresses";

/** The provider's data of a public IP address. */
export const publicIpHidden = z.object({
    /** Undefined for a dynamic address. */
    ip: z.string().optional(),
    fqdn: z.string().optional(),
    /** Id of the frontend IP configuration of the load balancer that uses the address. */
    attachedTo: z.string().optional(),
});

/**
 * Attaches an address to a frontend of a load balancer. Clients see it as `ipConfiguration`, and the address cannot be
 * deleted until {@link detachPublicIp}. Attaching it again to the same frontend has no effect.
 * @param addressId of the public IP address @param frontendId `…/loadBalancers/kubernetes/frontendIPConfigurations/a1b2`
 * @throws ArmError if the address does not exist, or is attached to another frontend
 */
export function attachPublicIp(store: Store, addressId: string, frontendId: string): void {
    const address = store.get(addressId);
    if (address === undefined) {
        throw new ArmError(404, "ResourceNotFound", `The public IP address '${addressId}' was not found.`);
    }
    const hidden = publicIpHidden.parse(address.hidden);
    if (hidden.attachedTo === frontendId) return;
    if (hidden.attachedTo !== undefined) {
        throw new ArmError(
            400,
            "PublicIPAddressInUse",
            `Resource ${frontendId} is referencing public IP address ${address.id} that is already allocated to resource ${hidden.attachedTo}.`,
        );
    }
    store.update(address.id, { hidden: { ...hidden, attachedTo: frontendId } });
}

/** Detaches an address from a frontend. Has no effect if it is not attached to this frontend. */
export function detachPublicIp(store: Store, addressId: string, frontendId: string): void {
    const address = store.get(addressId);
    if (address === undefined) return;
    const { attachedTo, ...rest } = publicIpHidden.parse(address.hidden);
    if (attachedTo === frontendId) store.update(address.id, { hidden: rest });
}

/** @throws ArmError PublicIPAddressCannotBeDeleted */
export function checkNotAttached(address: Resource): void {
    const { attachedTo } = publicIpHidden.parse(address.hidden);
    if (attachedTo === undefined) return;
    throw new ArmError(
        400,
        "PublicIPAddressCannotBeDeleted",
        `Public IP address ${address.id} can not be deleted since it is still allocated to resource ${attachedTo}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.`,
    );
}
