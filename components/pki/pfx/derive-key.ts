import { hash } from "node:crypto";

/** A password in the two forms that key derivations take. */
export interface Password {
    /**
     * For the derivation of PKCS#12, which takes UTF-16. Null means no password, which it encodes differently from an empty password;
     * programs that export without a password use one or the other.
     */
    text: string | null;
    /** For PBKDF2. RFC 8018 recommends UTF-8, and OpenSSL and Windows use it. */
    bytes: Buffer;
}

/** A hash function with the sizes of its digest and its block, in bytes. */
export interface Digest {
    name: string;
    bytes: number;
    block: number;
}

/** The use of the derived bytes (RFC 7292, appendix B.3). */
export enum Purpose {
    Key = 1,
    InitialVector = 2,
    Mac = 3,
}

export interface Pkcs12Derivation {
    digest: Digest;
    salt: Buffer;
    iterations: number;
}

/**
 * Derives `length` bytes as PKCS#12 defines (RFC 7292, appendix B.2). The implementation of node-forge takes twice as long, with SHA-512
 * five times.
 */
export function pkcs12Key(
    { digest: { name, bytes, block }, salt, iterations }: Pkcs12Derivation,
    password: Password,
    purpose: Purpose,
    length: number,
): Buffer {
    // Big-endian UTF-16 with a terminating zero.
    const text =
        password.text === null ? Buffer.alloc(0) : Buffer.from(`${password.text}\0`, "utf16le").swap16();
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

/** Repeats the bytes up to a multiple of the block size. Returns empty input unchanged. */
function repeated(bytes: Buffer, block: number): Buffer {
    return bytes.length === 0 ? bytes : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** Computes `number += addend + 1` in place, big-endian, modulo the size of the number. */
function addOneMore(number: Buffer, addend: Buffer): void {
    let carry = 1;
    for (let at = number.length - 1; at >= 0; at--) {
        const sum = number.readUInt8(at) + addend.readUInt8(at) + carry;
        number.writeUInt8(sum & 0xff, at);
        carry = sum >> 8;
    }
}
