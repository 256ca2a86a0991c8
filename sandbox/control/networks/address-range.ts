import { BlockList, isIP } from "node:net";

/** A range of addresses in CIDR notation. */
export interface AddressRange {
    text: string;
    address: string;
    length: number;
    family: "ipv4" | "ipv6";
}

/** Parses CIDR notation. Undefined if the text is not CIDR, or if its address is not the first one of the range. */
export function addressRange(text: string): AddressRange | undefined {
    const [, address = "", bits = ""] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
    const version = isIP(address);
    const length = Number(bits);
    if (version === 0 || length > (version === 4 ? 32 : 128)) return undefined;
    if (version === 4 && !isFirst(address, length)) return undefined;
    return { text, address, length, family: version === 4 ? "ipv4" : "ipv6" };
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
    if (outer.family !== inner.family || inner.length < outer.length) return false;
    const list = new BlockList();
    list.addSubnet(outer.address, outer.length, outer.family);
    return list.check(inner.address, inner.family);
}

export function overlap(a: AddressRange, b: AddressRange): boolean {
    return contains(a, b) || contains(b, a);
}

function isFirst(address: string, length: number): boolean {
    const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
    return number % 2 ** (32 - length) === 0;
}
