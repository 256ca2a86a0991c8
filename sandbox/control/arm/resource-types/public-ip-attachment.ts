import { z } from "zod";
import type { Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { ArmError } from "../errors";

export const PUBLIC_IP_ADDRESSES = "Microsoft.Network/publicIPAddresses";

/** What the sandbox knows of a public IP address. */
export const publicIpHidden = z.object({
    /** Missing for a dynamic address. */
    ip: z.string().optional(),
    fqdn: z.string().optional(),
    /** Id of the front of a load balancer that has the address. */
    attachedTo: z.string().optional(),
});

/**
 * Gives an address to the front of a load balancer: clients see it as `ipConfiguration`, and the address cannot be
 * deleted until {@link detachPublicIp}. The same front again changes nothing.
 * @param addressId of the public IP address @param frontId e.g. `…/loadBalancers/kubernetes/frontendIPConfigurations/a1b2`
 * @throws ArmError when there is no such address, or another front has it
 */
export function attachPublicIp(store: Store, addressId: string, frontId: string): void {
    const address = store.get(addressId);
    if (address === undefined) {
        throw new ArmError(404, "ResourceNotFound", `The public IP address '${addressId}' was not found.`);
    }
    const hidden = publicIpHidden.parse(address.hidden);
    if (hidden.attachedTo === frontId) return;
    if (hidden.attachedTo !== undefined) {
        throw new ArmError(
            400,
            "PublicIPAddressInUse",
            `Resource ${frontId} is referencing public IP address ${address.id} that is already allocated to resource ${hidden.attachedTo}.`,
        );
    }
    store.update(address.id, { hidden: { ...hidden, attachedTo: frontId } });
}

/** Takes the address from the front that has it. Nothing happens when another front or nobody has it. */
export function detachPublicIp(store: Store, addressId: string, frontId: string): void {
    const address = store.get(addressId);
    if (address === undefined) return;
    const { attachedTo, ...rest } = publicIpHidden.parse(address.hidden);
    if (attachedTo === frontId) store.update(address.id, { hidden: rest });
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
