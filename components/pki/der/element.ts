/** One element of a DER encoding (X.690): tag, length and contents. */
export interface Element {
    /** The identifier octet, e.g. 0x30 for a SEQUENCE and 0xa0 for `[0]` constructed. */
    tag: number;
    /** The bytes without tag and length. */
    contents: Buffer;
    /** The bytes with tag and length. */
    encoding: Buffer;
    /** The elements inside; empty when the element is primitive. */
    elements: Element[];
    /** The first deviation from DER of tag or length of this element or an element inside. Only BER allows it. */
    deviation?: string;
}

export const Tag = {
    BOOLEAN: 0x01,
    INTEGER: 0x02,
    BIT_STRING: 0x03,
    OCTET_STRING: 0x04,
    NULL: 0x05,
    OID: 0x06,
    UTF8_STRING: 0x0c,
    NUMERIC_STRING: 0x12,
    PRINTABLE_STRING: 0x13,
    T61_STRING: 0x14,
    IA5_STRING: 0x16,
    UTC_TIME: 0x17,
    GENERALIZED_TIME: 0x18,
    VISIBLE_STRING: 0x1a,
    UNIVERSAL_STRING: 0x1c,
    BMP_STRING: 0x1e,
    SEQUENCE: 0x30,
    SET: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const HIGH_TAG_NUMBER = 0x1f;
const INDEFINITE = 0x80;
/** More than a certificate needs. The limit prevents a file from exhausting the stack. */
const MAX_DEPTH = 32;

/**
 * Reads the first element of `bytes`, and everything inside. Also reads BER, as OpenSSL does, and reports it as `deviation`.
 *
 * @returns undefined when the bytes are not BER
 */
export function readElement(bytes: Buffer): Element | undefined {
    return readAt(bytes, 0);
}

/** Reads elements until the end of `bytes`. Returns undefined when the bytes are not BER. */
function readElements(bytes: Buffer, depth = 0): Element[] | undefined {
    const elements: Element[] = [];
    for (let rest = bytes; rest.length > 0;) {
        const element = readAt(rest, depth);
        if (!element) return undefined;
        elements.push(element);
        rest = rest.subarray(element.encoding.length);
    }
    return elements;
}

function readAt(bytes: Buffer, depth: number): Element | undefined {
    const [tag, first] = bytes;
    if (tag === undefined || first === undefined || depth > MAX_DEPTH) return undefined;
    // Certificates have no tag numbers above 30.
    if ((tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) return undefined;
    if (first === INDEFINITE) return readIndefinite(bytes, tag, depth);
    const size = first > INDEFINITE ? first & 0x7f : 0;
    if (size > 6 || bytes.length < 2 + size) return undefined;
    const length = size > 0 ? bytes.readUIntBE(2, size) : first;
    const start = 2 + size;
    if (bytes.length < start + length) return undefined;
    const isMinimal = size === 0 || (length > 0x7f && bytes[2] !== 0);
    const contents = bytes.subarray(start, start + length);
    return makeElement(
        { tag, contents, encoding: bytes.subarray(0, start + length) },
        isMinimal ? undefined : "a length is longer than necessary",
        (tag & CONSTRUCTED) === 0 ? [] : readElements(contents, depth + 1),
    );
}

/** BER: the elements inside end with two zero bytes. */
function readIndefinite(bytes: Buffer, tag: number, depth: number): Element | undefined {
    if ((tag & CONSTRUCTED) === 0) return undefined;
    const elements: Element[] = [];
    let at = 2;
    while (bytes.length >= at + 2 && (bytes[at] !== 0 || bytes[at + 1] !== 0)) {
        const element = readAt(bytes.subarray(at), depth + 1);
        if (!element) return undefined;
        elements.push(element);
        at += element.encoding.length;
    }
    if (bytes.length < at + 2) return undefined;
    return makeElement(
        { tag, contents: bytes.subarray(2, at), encoding: bytes.subarray(0, at + 2) },
        "a length is indefinite",
        elements,
    );
}

function makeElement(
    element: Pick<Element, "tag" | "contents" | "encoding">,
    deviation: string | undefined,
    elements: Element[] | undefined,
): Element | undefined {
    if (!elements) return undefined;
    return {
        ...element,
        elements,
        deviation: deviation ?? elements.find(one => one.deviation !== undefined)?.deviation,
    };
}
