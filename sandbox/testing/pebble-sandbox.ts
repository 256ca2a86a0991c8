import type { SandboxInstance } from "../instance";
import { addressForPods } from "../node/settings";
import { Pebble, type PebbleOptions } from "./pebble";

/** Pebble as the pods of a sandbox find it. */
export interface SandboxPebble {
    pebble: Pebble;
    /** The directory's address for pods; `pebble.directoryUrl` is that for the host. */
    directoryUrl: string;
}

/** An address among the sandbox's own that nobody else has. */
const HOST = 20;

/**
 * Pebble at an address of the sandbox's own, to which pods get through, looking names up in the sandbox's DNS: it
 * validates what the world would see of zones, container groups and load balancers.
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
