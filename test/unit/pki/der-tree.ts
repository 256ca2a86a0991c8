import { type KeyObject, sign } from "node:crypto";

/** An element of a DER encoding that a test can change. Independent of the reader under test. */
export interface Node {
    tag: number;
    /** Bytes, or the elements inside. */
    value: Buffer | Node[];
    /** An OCTET STRING whose contents are DER, such as the value of an extension. */
    wraps?: true;
    /** Replaces the bytes of the length. */
    length?: (length: number) => Buffer;
}

const OCTET_STRING = 0x04;

/** Reads one element and everything inside, also inside of OCTET STRINGs that contain DER. */
export function parseTree(der: Buffer): Node {
    const [node, rest] = parseOne(der);
    if (rest.length > 0) throw new Error("Bytes follow the element.");
    return node;
}

function parseOne(der: Buffer): [Node, Buffer] {
    const tag = der.readUInt8(0);
    const first = der.readUInt8(1);
    const size = first < 0x80 ? 0 : first & 0x7f;
    const length = size === 0 ? first : der.readUIntBE(2, size);
    const value = der.subarray(2 + size, 2 + size + length);
    const rest = der.subarray(2 + size + length);
    if (value.length < length) throw new Error("The element is incomplete.");
    if ((tag & 0x20) !== 0) return [{ tag, value: parseAll(value) }, rest];
    if (tag === OCTET_STRING) {
        try {
            return [{ tag, value: [parseTree(value)], wraps: true }, rest];
        } catch {
            // The contents are not DER.
        }
    }
    return [{ tag, value }, rest];
}

function parseAll(bytes: Buffer): Node[] {
    const nodes: Node[] = [];
    for (let rest = bytes; rest.length > 0;) {
        const [node, after] = parseOne(rest);
        nodes.push(node);
        rest = after;
    }
    return nodes;
}

export function encodeTree({ tag, value, length = shortestLength }: Node): Buffer {
    const contents = Buffer.isBuffer(value) ? value : Buffer.concat(value.map(encodeTree));
    return Buffer.concat([Buffer.from([tag]), length(contents.length), contents]);
}

export function shortestLength(length: number): Buffer {
    if (length < 0x80) return Buffer.from([length]);
    const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    const bytes = Buffer.alloc(1 + size, 0x80 | size);
    bytes.writeUIntBE(length, 1, size);
    return bytes;
}

export function children({ value }: Node): Node[] {
    if (Buffer.isBuffer(value)) throw new Error("The element is primitive.");
    return value;
}

/** All elements of a tree, outermost first. */
export function allNodes(node: Node): Node[] {
    return [node, ...(Buffer.isBuffer(node.value) ? [] : node.value.flatMap(allNodes))];
}

/** Replaces the signature of a certificate by a valid one. */
export function signTree(certificate: Node, issuerKey: KeyObject): Buffer {
    const [tbs, algorithm] = children(certificate);
    if (!tbs || !algorithm) throw new Error("Not a certificate.");
    const type = issuerKey.asymmetricKeyType ?? "";
    const hash = type === "ec" || type === "rsa" ? "sha256" : null;
    const value = Buffer.concat([Buffer.alloc(1), sign(hash, encodeTree(tbs), issuerKey)]);
    return encodeTree({ ...certificate, value: [tbs, algorithm, { tag: 0x03, value }] });
}
