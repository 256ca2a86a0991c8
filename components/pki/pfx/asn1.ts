import forge from "node-forge";

/** One element of a BER or DER encoding. */
export type Asn1 = forge.asn1.Asn1;

/** The encoding is not the expected one. The message contains no part of the file. */
export class MalformedError extends Error {}

const { Class, Type } = forge.asn1;

/** More than any PKCS#12 structure needs. The limit prevents files from exhausting the stack. */
const MAX_DEPTH = 32;

/** Reads one element; bytes after it are ignored, as OpenSSL does. */
export function parseAsn1(bytes: Buffer): Asn1 {
    // Without decodeBitStrings: false, forge guesses whether a bit string contains ASN.1. The type definitions lack these options.
    const options = { strict: true, parseAllBytes: false, decodeBitStrings: false, maxDepth: MAX_DEPTH };
    try {
        return forge.asn1.fromDer(bytes.toString("latin1"), options as unknown as boolean);
    } catch {
        throw new MalformedError("not ASN.1");
    }
}

/** Encodes the element as DER. */
export function toDer(element: Asn1): Buffer {
    return Buffer.from(forge.asn1.toDer(element).getBytes(), "latin1");
}

export function isSequence(element: Asn1 | undefined): element is Asn1 {
    return isUniversal(element, Type.SEQUENCE) && element.constructed;
}

/** Returns the elements of a SEQUENCE, which must have at least `least`. */
export function sequence(element: Asn1 | undefined, least = 0): Asn1[] {
    if (!isSequence(element)) throw new MalformedError("not a SEQUENCE");
    return children(element, least);
}

/** Returns the elements of a SET, or an empty array when the element is absent or not a SET. */
export function optionalSet(element: Asn1 | undefined): Asn1[] {
    return isUniversal(element, Type.SET) ? children(element) : [];
}

/** Returns the element inside an explicit context tag. */
export function tagged(element: Asn1 | undefined, tag: number): Asn1 {
    if (!isTagged(element, tag)) throw new MalformedError(`not [${tag}]`);
    return children(element, 1)[0] as Asn1;
}

export function isTagged(element: Asn1 | undefined, tag: number): element is Asn1 {
    return element?.tagClass === Class.CONTEXT_SPECIFIC && (element.type as number) === tag;
}

/** Returns the bytes of an OCTET STRING, which BER may split into segments. */
export function octets(element: Asn1 | undefined): Buffer {
    if (!isUniversal(element, Type.OCTETSTRING)) throw new MalformedError("not an OCTET STRING");
    return contents(element);
}

/** Returns the bytes of a string without checking its tag, for implicit tags. */
export function contents(element: Asn1): Buffer {
    if (typeof element.value === "string") return Buffer.from(element.value, "latin1");
    return Buffer.concat(element.value.map(octets));
}

/** Returns an OBJECT IDENTIFIER in dotted notation. */
export function identifier(element: Asn1 | undefined): string {
    if (!isUniversal(element, Type.OID) || typeof element.value !== "string" || element.value === "") {
        throw new MalformedError("not an OBJECT IDENTIFIER");
    }
    try {
        return forge.asn1.derToOid(element.value);
    } catch {
        throw new MalformedError("an OBJECT IDENTIFIER with numbers that are too large");
    }
}

/** Returns a non-negative INTEGER, or infinity when it has more than 6 bytes. */
export function integer(element: Asn1 | undefined): number {
    if (!isUniversal(element, Type.INTEGER)) throw new MalformedError("not an INTEGER");
    const bytes = contents(element);
    if (bytes.length === 0 || (bytes[0] as number) > 0x7f)
        throw new MalformedError("a negative or empty INTEGER");
    return bytes.length > 6 ? Number.POSITIVE_INFINITY : bytes.readUIntBE(0, bytes.length);
}

/** Returns the text of a BMPString, which forge has already decoded, or undefined for another type. */
export function bmpText(element: Asn1 | undefined): string | undefined {
    return isUniversal(element, Type.BMPSTRING) && typeof element.value === "string"
        ? element.value
        : undefined;
}

export function isInteger(element: Asn1 | undefined): element is Asn1 {
    return isUniversal(element, Type.INTEGER);
}

/** Returns the elements of a constructed element, or an empty array for a primitive one. */
export function elements(element: Asn1): Asn1[] {
    return Array.isArray(element.value) ? element.value : [];
}

/** Returns the types of the first 10 elements of a SEQUENCE, one letter each: `c` for a context tag, `?` for a type not in LETTERS. */
export function shape(element: Asn1): string {
    if (!isSequence(element)) return "";
    return elements(element)
        .slice(0, 10)
        .map(one => (one.tagClass === Class.CONTEXT_SPECIFIC ? "c" : (LETTERS.get(one.type) ?? "?")))
        .join("");
}

const LETTERS = new Map<number, string>([
    [Type.SEQUENCE, "S"],
    [Type.INTEGER, "I"],
    [Type.OCTETSTRING, "O"],
    [Type.BITSTRING, "B"],
    [Type.OID, "D"],
]);

function isUniversal(element: Asn1 | undefined, type: forge.asn1.Type): element is Asn1 {
    return element?.tagClass === Class.UNIVERSAL && element.type === type;
}

function children(element: Asn1, least = 0): Asn1[] {
    if (!Array.isArray(element.value) || element.value.length < least)
        throw new MalformedError("too few elements");
    return element.value;
}
