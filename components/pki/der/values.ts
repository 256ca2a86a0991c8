import { type Element, Tag, readElement } from "./element";

/** Returns the element with this tag, or undefined. */
export function withTag(element: Element | undefined, tag: number): Element | undefined {
    return element?.tag === tag ? element : undefined;
}

/** Returns the element of a constructed or primitive context tag, e.g. `[0]`. */
export function tagged(elements: readonly Element[], number: number): Element | undefined {
    return elements.find(one => (one.tag & 0xdf) === (0x80 | number));
}

/** Returns an OBJECT IDENTIFIER in dotted notation; an empty string when the element is not one. */
export function identifier(element: Element | undefined): string {
    const bytes = withTag(element, Tag.OID)?.contents;
    return bytes && isIdentifier(bytes) ? objectIdentifier(bytes) : "";
}

/** Returns the dotted notation of the contents of an OBJECT IDENTIFIER. */
export function objectIdentifier(bytes: Buffer): string {
    const numbers: bigint[] = [];
    let value = 0n;
    for (const byte of bytes) {
        value = (value << 7n) | BigInt(byte & 0x7f);
        if (byte >= 0x80) continue;
        numbers.push(value);
        value = 0n;
    }
    const [first = 0n, ...others] = numbers;
    const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
    return [root, first - root * 40n, ...others].join(".");
}

/** Whether the contents are an OBJECT IDENTIFIER: numbers in base 128 without leading zeros, the last one complete (X.690, 8.19). */
export function isIdentifier(bytes: Buffer): boolean {
    if (bytes.length === 0 || (bytes.at(-1) ?? 0) >= 0x80) return false;
    return bytes.every((byte, i) => byte !== 0x80 || (i > 0 && (bytes[i - 1] ?? 0) >= 0x80));
}

/** Whether the contents are an INTEGER without unnecessary bytes (X.690, 8.3.2). */
export function isMinimalInteger([first, second]: Buffer): boolean {
    if (first === undefined) return false;
    if (second === undefined) return true;
    return !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80);
}

/** Returns an INTEGER from 0 to 2^31 - 1; undefined for any other. */
export function smallInteger(element: Element | undefined): number | undefined {
    const bytes = withTag(element, Tag.INTEGER)?.contents;
    return bytes && numberOf(bytes);
}

/** The value of the contents of an INTEGER, from 0 to 2^31 - 1; undefined for any other. */
export function numberOf(bytes: Buffer): number | undefined {
    const significant = bytes.subarray(
        Math.max(
            0,
            bytes.findIndex(byte => byte !== 0),
        ),
    );
    if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80 || significant.length > 4) return undefined;
    const value = significant.readUIntBE(0, significant.length);
    return value < 2 ** 31 ? value : undefined;
}

/** Returns the text of a string type of X.520 names. Never throws: invalid bytes become replacement characters. */
export function textOf({ tag, contents }: Element): string {
    if (tag === Tag.UTF8_STRING) return contents.toString("utf8");
    if (tag !== Tag.BMP_STRING) return contents.toString("latin1");
    const even = Buffer.from(contents.subarray(0, contents.length & ~1));
    return even.swap16().toString("utf16le");
}

/** Returns the numbers of the bits that are set in a BIT STRING; undefined when the element is not one. */
export function bitsOf(element: Element | undefined): number[] | undefined {
    const bits = withTag(element, Tag.BIT_STRING)?.contents;
    if (!bits || bits.length === 0) return undefined;
    return [...bits.subarray(1)].flatMap((byte, at) =>
        [...Array(8).keys()].filter(bit => (byte & (0x80 >> bit)) !== 0).map(bit => at * 8 + bit),
    );
}

/** Reads the only element of these bytes; undefined when they are another number of elements. */
export function readOnly(bytes: Buffer): Element | undefined {
    const element = readElement(bytes);
    return element?.encoding.length === bytes.length ? element : undefined;
}
