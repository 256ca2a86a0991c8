import { randomInt } from "node:crypto";

/**
 * A loopback address that no other process of the tests listens on. Two processes that choose the same free port of a shared address would
 * collide; two HAProxy processes would even share its connections, because HAProxy binds with SO_REUSEPORT.
 */
export const OWN_ADDRESS = addressOf(process.pid);

/** 127.64.0.0 to 127.127.255.255: process numbers have at most 22 bits. The sandboxes use other blocks. */
function addressOf(pid: number): string {
    return `127.${64 + ((pid >> 16) & 63)}.${(pid >> 8) & 255}.${pid & 255}`;
}

/** Below `ip_local_port_range`. Random, because a killed run may have left a server behind. */
let next = randomInt(10_000, 30_000);

/** A port of {@link OWN_ADDRESS} that this process has not used before. */
export function unusedPort(): number {
    return next++;
}
