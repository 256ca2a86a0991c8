import forge from "node-forge";

/** One element of a BER or DER encoding. */
export type Asn1 = forge.asn1.Asn1;

/** The encoding is not what its place asks for. Holds nothing of the contents. */
export class MalformedError extends Error {}

const { Class, Type } = forge.asn1;

/** No structure of PKCS#12 comes near this; what nests deeper wants to exhaust the stack. */
const MAX_DEPTH = 32;

/** Reads one element; bytes after it are ignored, as OpenSSL does. */
export function parseAsn1(bytes: Buffer): Asn1 {
    // Bit strings are decoded by guessing unless that is turned off, which the types of forge do not know.
    const options = { strict: true, parseAllBytes: false, decodeBitStrings: false, maxDepth: MAX_DEPTH };
    try {
        return forge.asn1.fromDer(bytes.toString("latin1"), options as unknown as boolean);
    } catch {
        throw new MalformedError("not ASN.1");
    }
}

/** The element as DER. */
export function toDer(element: Asn1): Buffer {
    return Buffer.from(forge.asn1.toDer(element).getBytes(), "latin1");
}

export function isSequence(element: Asn1 | undefined): element is Asn1 {
    return isUniversal(element, Type.SEQUENCE) && element.constructed;
}

/** Elements of a SEQUENCE, at least `least`; more may follow. */
export function sequence(element: Asn1 | undefined, least = 0): Asn1[] {
    if (!isSequence(element)) throw new MalformedError("not a SEQUENCE");
    return children(element, least);
}

/** Elements of a SET; none when it is absent. */
export function optionalSet(element: Asn1 | undefined): Asn1[] {
    return isUniversal(element, Type.SET) ? children(element) : [];
}

/** What stands inside of an explicit context tag. */
export function tagged(element: Asn1 | undefined, tag: number): Asn1 {
    if (!isTagged(element, tag)) throw new MalformedError(`not [${tag}]`);
    return children(element, 1)[0] as Asn1;
}

export function isTagged(element: Asn1 | undefined, tag: number): element is Asn1 {
    return element?.tagClass === Class.CONTEXT_SPECIFIC && (element.type as number) === tag;
}

/** An OCTET STRING, in one piece or (BER) in several. */
export function octets(element: Asn1 | undefined): Buffer {
    if (!isUniversal(element, Type.OCTETSTRING)) throw new MalformedError("not an OCTET STRING");
    return contents(element);
}

/** The bytes of a string type whatever its tag, for implicit tags. */
export function contents(element: Asn1): Buffer {
    if (typeof element.value === "string") return Buffer.from(element.value, "latin1");
    return Buffer.concat(element.value.map(octets));
}

/** An OBJECT IDENTIFIER with dots. */
export function identifier(element: Asn1 | undefined): string {
    if (!isUniversal(element, Type.OID) || typeof element.value !== "string" || element.value === "") {
        throw new MalformedError("not an OBJECT IDENTIFIER");
    }
    try {
        return forge.asn1.derToOid(element.value);
    } catch {
        throw new MalformedError("an OBJECT IDENTIFIER with numbers beyond all sense");
    }
}

/** An INTEGER of 0 or more; infinity when it is larger than any that means something. */
export function integer(element: Asn1 | undefined): number {
    if (!isUniversal(element, Type.INTEGER)) throw new MalformedError("not an INTEGER");
    const bytes = contents(element);
    if (bytes.length === 0 || (bytes[0] as number) > 0x7f)
        throw new MalformedError("not an INTEGER of 0 or more");
    return bytes.length > 6 ? Number.POSITIVE_INFINITY : bytes.readUIntBE(0, bytes.length);
}

/** Text of a BMPString, which forge has decoded already; nothing when it is of another type. */
export function bmpText(element: Asn1 | undefined): string | undefined {
    return isUniversal(element, Type.BMPSTRING) && typeof element.value === "string"
        ? element.value
        : undefined;
}

export function isInteger(element: Asn1 | undefined): element is Asn1 {
    return isUniversal(element, Type.INTEGER);
}

/** The elements inside of a constructed one; none inside of any other. */
export function elements(element: Asn1): Asn1[] {
    return Array.isArray(element.value) ? element.value : [];
}

/** The types of a SEQUENCE's elements as a letter each, `c` for a context tag and `?` for what is none of these. */
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
