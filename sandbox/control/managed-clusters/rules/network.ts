import * as net from "node:net";
import type { ManagedClusterRule, Refusal } from "./rule";

/** Ranges that a cluster cannot use for Services ("Configure Azure CNI networking", prerequisites). */
const RESERVED = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];
/** "The service address range must be smaller than /12". */
const SHORTEST_PREFIX = 12;

const serviceRange: ManagedClusterRule = ({ properties: { networkProfile } }) => {
    const text = networkProfile?.serviceCidr ?? "";
    const range = parse(text);
    if (range === undefined) return invalid("serviceCidr", `'${text}' is not an address range`);
    if (range.bits < SHORTEST_PREFIX)
        return invalid("serviceCidr", `'${text}' is larger than /${SHORTEST_PREFIX}`);
    const others = [...RESERVED, ...(networkProfile?.podCidr === undefined ? [] : [networkProfile.podCidr])];
    const overlapped = others.find(other => overlap(range, parse(other)));
    return overlapped === undefined
        ? undefined
        : invalid("serviceCidr", `'${text}' overlaps '${overlapped}'`);
};

/** The first address of the range belongs to the Service of the API server. */
const dnsAddress: ManagedClusterRule = ({ properties: { networkProfile } }) => {
    const { dnsServiceIP = "", serviceCidr = "" } = networkProfile ?? {};
    const range = parse(serviceCidr);
    const address = parse(`${dnsServiceIP}/32`);
    if (address === undefined) return invalid("dnsServiceIP", `'${dnsServiceIP}' is not an address`);
    if (range === undefined || !overlap(range, address))
        return invalid("dnsServiceIP", `'${dnsServiceIP}' is not in the range '${serviceCidr}'`);
    const first = range.start + 1;
    return address.start > first
        ? undefined
        : invalid("dnsServiceIP", `'${dnsServiceIP}' is the first address of the range '${serviceCidr}'`);
};

export const networkRules: readonly ManagedClusterRule[] = [serviceRange, dnsAddress];

interface Range {
    /** The first address as a number. */
    start: number;
    bits: number;
}

function parse(text: string): Range | undefined {
    const [address = "", length = ""] = text.split("/");
    if (!net.isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
    const bits = Number(length);
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - bits);
    return { start: Math.floor(number / size) * size, bits };
}

function overlap(one: Range, other: Range | undefined): boolean {
    if (other === undefined) return false;
    const size = 2 ** (32 - Math.min(one.bits, other.bits));
    return Math.floor(one.start / size) === Math.floor(other.start / size);
}

function invalid(member: string, reason: string): Refusal {
    return {
        code: "InvalidParameter",
        message: `The value of parameter networkProfile.${member} is invalid: ${reason}.`,
        target: `networkProfile.${member}`,
    };
}
