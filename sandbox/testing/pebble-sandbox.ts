import type { SandboxInstance } from "../instance";
import { addressForPods } from "../node/settings";
import { Pebble, type PebbleOptions } from "./pebble";

/** Pebble with an address that the pods of a sandbox can reach. */
export interface SandboxPebble {
    pebble: Pebble;
    /** URL of the directory for pods; `pebble.directoryUrl` is the URL for the host. */
    directoryUrl: string;
}

/** The last octet of Pebble's address, which no other service of the sandbox uses. */
const HOST = 20;

/**
 * Starts Pebble at an address of the sandbox that pods can reach. It resolves names with the sandbox's DNS server, so it
 * validates what clients see of zones, container groups and load balancers.
 */
export async function sandboxPebble(
    instance: SandboxInstance,
    options: Omit<PebbleOptions, "dnsServer" | "address" | "alsoKnownAs"> = {},
): Promise<SandboxPebble> {
    const { arm, dns } = instance;
    const address = arm.address.replace(/\d+$/, String(HOST));
    const forPods = addressForPods(address);
    const pebble = await Pebble.start({
        ...options,
        address,
        alsoKnownAs: [forPods],
        dnsServer: `${dns.address}:${dns.port}`,
    });
    return { pebble, directoryUrl: pebble.directoryUrl.replace(address, forPods) };
}
