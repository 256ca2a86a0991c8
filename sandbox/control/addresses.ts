import { ArmError } from "./arm/errors";

/**
 * The first address of a /24 that nobody has. An address that was given up comes last, as in Azure where a new one is
 * as good as never the old one.
 * @param network first three octets @param taken addresses in use @param last the address given before this one
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
