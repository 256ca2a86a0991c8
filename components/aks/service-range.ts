import { isIPv4 } from "node:net";
import type { Rule } from "../shared/rules";

/** Azure's defaults, also when only one of the two is set. */
const DEFAULT_RANGE = "10.0.0.0/16";
const DEFAULT_DNS_ADDRESS = "10.0.0.10";
/** "The service address range must be smaller than /12" ("Configure Azure CNI networking"). */
const SHORTEST_PREFIX = 12;
/** Ranges that Azure refuses for Services: those of its own services, and the pods of an overlay network. */
const USED = {
    "169.254.0.0/16": "Azure uses",
    "172.30.0.0/16": "Azure uses",
    "172.31.0.0/16": "Azure uses",
    "192.0.2.0/24": "Azure uses",
    "10.244.0.0/16": "the pods use",
};

interface Range {
    /** The first address as a number. */
    start: number;
    bits: number;
}

/** The rule for the range of Kubernetes Services. */
export const serviceRange: Rule<string> = text => {
    const range = parse(text);
    if (range === undefined)
        return `is ${JSON.stringify(text)}; give an address range like 10.0.0.0/16, which begins with its first address`;
    if (range.bits < SHORTEST_PREFIX)
        return `is ${text}, but Azure allows no range larger than /${SHORTEST_PREFIX}; use a smaller one, like 10.0.0.0/16`;
    const used = Object.entries(USED).find(([other]) => overlap(range, parse(other)));
    return (
        used &&
        `is ${text}, which overlaps ${used[0]}, a range that ${used[1]}; use another one, like 10.0.0.0/16`
    );
};

/** Why the address of the DNS service does not fit the range. Both are valid by themselves. */
export function dnsAddressProblem(rangeText = DEFAULT_RANGE, addressText?: string): string | undefined {
    const range = parse(rangeText);
    const address = parse(`${addressText ?? DEFAULT_DNS_ADDRESS}/32`);
    if (range === undefined || address === undefined) return undefined;
    const advice = `set it to ${formatted(range.start + 10)}`;
    if (!overlap(range, address)) {
        return addressText === undefined
            ? `is missing, and Azure's default, ${DEFAULT_DNS_ADDRESS}, is outside cluster.create.network.serviceCidr (${rangeText}); ${advice}`
            : `is ${addressText}, outside cluster.create.network.serviceCidr (${rangeText}); ${advice}`;
    }
    // The first address is that of the Service of the API server.
    return address.start > range.start + 1
        ? undefined
        : `is ${addressText}, the first address of the range ${rangeText}, which Kubernetes uses itself; ${advice}`;
}

function parse(text: string): Range | undefined {
    const [address = "", length = "", ...more] = typeof text === "string" ? text.split("/") : [];
    if (more.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32)
        return undefined;
    const start = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return start % sizeOf(Number(length)) === 0 ? { start, bits: Number(length) } : undefined;
}

function overlap(one: Range, other: Range | undefined): boolean {
    if (other === undefined) return false;
    const size = sizeOf(Math.min(one.bits, other.bits));
    return Math.floor(one.start / size) === Math.floor(other.start / size);
}

function sizeOf(bits: number): number {
    return 2 ** (32 - bits);
}

function formatted(address: number): string {
    return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join(".");
}
