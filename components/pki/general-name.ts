/** Tags of GeneralName (RFC 5280, 4.2.1.6). */
export const GeneralName = {
    OTHER: 0xa0,
    MAIL: 0x81,
    DNS: 0x82,
    DIRECTORY: 0xa4,
    URI: 0x86,
    IP_ADDRESS: 0x87,
    REGISTERED_ID: 0x88,
} as const;

/** Returns a DNS name of a certificate as text. Some certificates have UTF-8 where RFC 5280, 7.2 requires A-labels (IA5String). */
export function nameText(bytes: Buffer): string {
    const text = bytes.toString("utf8");
    return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}

/** Returns an IPv4 or IPv6 address as text; undefined when the length is neither 4 nor 16 bytes. */
export function addressText(bytes: Buffer): string | undefined {
    if (bytes.length === 4) return bytes.join(".");
    if (bytes.length !== 16) return undefined;
    const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
    // The parser of URLs gives the short form of RFC 5952.
    return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Returns the bytes of an IPv4 or IPv6 address. Throws when `address` is neither. */
export function addressBytes(address: string): Buffer {
    if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
    const hexadecimal = new URL(`http://[${address}]`).hostname.slice(1, -1);
    const [head = "", tail] = hexadecimal.split("::");
    const groups = (text: string | undefined): string[] => (text ? text.split(":") : []);
    const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill("0");
    const all = [...groups(head), ...(tail === undefined ? [] : zeros), ...groups(tail)];
    return Buffer.from(all.map(group => group.padStart(4, "0")).join(""), "hex");
}

/** Returns the host of a URI without user and port; undefined when the URI has no authority. */
export function hostOfUri(uri: string): string | undefined {
    const [, authority] = /^[^:]*:\/\/([^/?#]*)/.exec(uri) ?? [];
    return authority?.replace(/^.*@/, "").replace(/:\d*$/, "");
}

/** Returns the length of the prefix of an address mask, e.g. 8 for 255.0.0.0; undefined when the mask is not a prefix. */
export function prefixLength(mask: Buffer): number | undefined {
    const bits = [...mask].map(byte => byte.toString(2).padStart(8, "0")).join("");
    return bits.includes("01") ? undefined : bits.replace(/0*$/, "").length;
}
