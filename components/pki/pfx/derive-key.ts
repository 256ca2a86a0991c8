import { hash } from "node:crypto";

/**
 * What is put into key derivation. PKCS#12's own takes null for "no password at all", which some programs write where
 * others write the empty one.
 */
export type Password = string | null;

/** A hash function: its name, and how many bytes it yields and works on at a time. */
export interface Digest {
    name: string;
    bytes: number;
    block: number;
}

/** What derived bytes are for (RFC 7292, appendix B.3). */
export enum Purpose {
    Key = 1,
    InitialVector = 2,
    Mac = 3,
}

/**
 * PKCS#12's own key derivation (RFC 7292, appendix B.2). That of node-forge takes twice as long, and five times with
 * SHA-512.
 */
export function pkcs12Key(
    { name, bytes, block }: Digest,
    password: Password,
    salt: Buffer,
    purpose: Purpose,
    iterations: number,
    length: number,
): Buffer {
    // UTF-16 with the most significant byte first, and a zero at the end.
    const text = password === null ? Buffer.alloc(0) : Buffer.from(`${password}\0`, "utf16le").swap16();
    const input = Buffer.concat([Buffer.alloc(block, purpose), repeated(salt, block), repeated(text, block)]);
    const derived: Buffer[] = [];
    for (let left = length; left > 0; left -= bytes) {
        let digest: Buffer = input;
        for (let round = 0; round < iterations; round++) digest = hash(name, digest, "buffer");
        derived.push(digest);
        const addend = Buffer.alloc(block, digest);
        for (let at = block; at < input.length; at += block)
            addOneMore(input.subarray(at, at + block), addend);
    }
    return Buffer.concat(derived, length);
}

/** Whole blocks of it; none of nothing. */
function repeated(bytes: Buffer, block: number): Buffer {
    return bytes.length === 0 ? bytes : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** `number += addend + 1`, as numbers with the most significant byte first; what does not fit is lost. */
function addOneMore(number: Buffer, addend: Buffer): void {
    let carry = 1;
    for (let at = number.length - 1; at >= 0; at--) {
        const sum = number.readUInt8(at) + addend.readUInt8(at) + carry;
        number.writeUInt8(sum & 0xff, at);
        carry = sum >> 8;
    }
}
