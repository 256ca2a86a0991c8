import { ArmError } from "../arm/errors";
import type { Resource } from "../state/resource";

/** Assigns addresses of a /24 network to resources, which store theirs in `hidden.ip`. */
export class AddressPool {
    private last: string | undefined;

    /** @param network first three octets @param resources those that may have an address of the network */
    constructor(
        private readonly network: string,
        private readonly resources: () => readonly Resource[],
    ) {}

    next(): string {
        const addresses = this.resources().map(({ hidden }) => hidden.ip);
        const taken = new Set(addresses.filter(ip => typeof ip === "string"));
        this.last = freeAddress(this.network, taken, this.last);
        return this.last;
    }
}

/**
 * A free address of a /24 network. The search starts after the address that was assigned last, so that a released
 * address is reused as late as possible. On Azure too, a new address is rarely one that the subscription had before.
 * @param network first three octets @param taken addresses in use @param last the address that was assigned last
 */
export function freeAddress(network: string, taken: ReadonlySet<string>, last: string | undefined): string {
    const start = Number(last?.split(".")[3] ?? 0);
    for (let step = 1; step <= 254; step++) {
        const address = `${network}.${((start + step - 1) % 254) + 1}`;
        if (!taken.has(address)) return address;
    }
    throw new ArmError(
        409,
        "PublicIPCountLimitReached",
        `Cannot create more than 254 public IP addresses for this subscription in this region.`,
    );
}
