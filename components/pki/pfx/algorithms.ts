import { createDecipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import forge from "node-forge";
import { type Asn1, MalformedError, identifier, integer, isInteger, octets, sequence } from "./asn1";
import { type Digest, type Password, Purpose, pkcs12Key } from "./derive-key";
import { unsupported } from "./problem";
import type { Encrypted, Mac } from "./structure";

/** A password-based encryption scheme with its parameters. */
export interface Scheme {
    /** Hash iterations that deriving the key takes. */
    iterations: number;
    /** @throws Error when the password is wrong. About one wrong password in 256 is not detected. */
    decrypt: (data: Buffer, password: Password) => Buffer;
}

type Cipher = (key: Buffer, iv: Buffer, data: Buffer) => Buffer;

interface Pkcs12Cipher {
    keyBytes: number;
    cipher: Cipher;
}

const nodeCipher =
    (name: string): Cipher =>
    (key, iv, data) => {
        const decipher = createDecipheriv(name, key, iv);
        return Buffer.concat([decipher.update(data), decipher.final()]);
    };

/** RC2 by node-forge, because OpenSSL 3 has RC2 only in its legacy provider, which Node does not load. */
const rc2 =
    (bits: number): Cipher =>
    (key, iv, data) => {
        const cipher = forge.rc2.createDecryptionCipher(key.toString("latin1"), bits);
        cipher.start(iv.toString("latin1"));
        cipher.update(forge.util.createBuffer(data.toString("latin1")));
        if (!cipher.finish()) throw new Error("wrong padding");
        return Buffer.from(cipher.output.getBytes(), "latin1");
    };

const twoKeyTripleDes: Cipher = (key, iv, data) =>
    nodeCipher("des-ede3-cbc")(Buffer.concat([key, key.subarray(0, 8)]), iv, data);

/** RFC 7292, appendix C. */
const PKCS12_CIPHERS: Readonly<Record<string, Pkcs12Cipher>> = {
    "1.2.840.113549.1.12.1.3": { keyBytes: 24, cipher: nodeCipher("des-ede3-cbc") },
    "1.2.840.113549.1.12.1.4": { keyBytes: 16, cipher: twoKeyTripleDes },
    "1.2.840.113549.1.12.1.5": { keyBytes: 16, cipher: rc2(128) },
    "1.2.840.113549.1.12.1.6": { keyBytes: 5, cipher: rc2(40) },
};

/** RFC 8018, appendix B.2. */
const PBES2_CIPHERS: Readonly<Record<string, { keyBytes: number; name: string }>> = {
    "2.16.840.1.101.3.4.1.2": { keyBytes: 16, name: "aes-128-cbc" },
    "2.16.840.1.101.3.4.1.22": { keyBytes: 24, name: "aes-192-cbc" },
    "2.16.840.1.101.3.4.1.42": { keyBytes: 32, name: "aes-256-cbc" },
    "1.2.840.113549.3.7": { keyBytes: 24, name: "des-ede3-cbc" },
};

/** RFC 8018, appendix B.1. The default is HMAC with SHA-1. */
const PSEUDO_RANDOM_FUNCTIONS: Readonly<Record<string, { name: string; bytes: number }>> = {
    "1.2.840.113549.2.7": { name: "sha1", bytes: 20 },
    "1.2.840.113549.2.8": { name: "sha224", bytes: 28 },
    "1.2.840.113549.2.9": { name: "sha256", bytes: 32 },
    "1.2.840.113549.2.10": { name: "sha384", bytes: 48 },
    "1.2.840.113549.2.11": { name: "sha512", bytes: 64 },
    "1.2.840.113549.2.13": { name: "sha512-256", bytes: 32 },
};
const HMAC_SHA1 = "1.2.840.113549.2.7";

const SHA1: Digest = { name: "sha1", bytes: 20, block: 64 };
const MAC_DIGESTS: Readonly<Record<string, Digest>> = {
    "1.3.14.3.2.26": SHA1,
    "2.16.840.1.101.3.4.2.4": { name: "sha224", bytes: 28, block: 64 },
    "2.16.840.1.101.3.4.2.1": { name: "sha256", bytes: 32, block: 64 },
    "2.16.840.1.101.3.4.2.2": { name: "sha384", bytes: 48, block: 128 },
    "2.16.840.1.101.3.4.2.3": { name: "sha512", bytes: 64, block: 128 },
};

/** Names of unsupported algorithms that occur in practice, for messages. */
const NAMES: Readonly<Record<string, string>> = {
    "1.2.840.113549.1.5.3": "PBE-MD5-DES",
    "1.2.840.113549.1.5.10": "PBE-SHA1-DES",
    "1.2.840.113549.1.12.1.1": "PBE-SHA1-RC4-128",
    "1.2.840.113549.1.12.1.2": "PBE-SHA1-RC4-40",
    "1.2.840.113549.2.5": "MD5",
    "1.2.840.113549.3.2": "RC2",
    "1.3.14.3.2.7": "DES",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
    "1.2.392.200011.61.1.1.1.2": "Camellia-128",
    "1.2.392.200011.61.1.1.1.4": "Camellia-256",
    "2.16.840.1.101.3.4.1.6": "AES-128-GCM",
    "2.16.840.1.101.3.4.1.46": "AES-256-GCM",
};

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const PBMAC1 = "1.2.840.113549.1.5.14";

/** Reads the scheme from an AlgorithmIdentifier. @throws PfxProblem when the algorithm is not supported */
export function readScheme({ algorithm }: Pick<Encrypted, "algorithm">): Scheme {
    const [type, parameters] = sequence(algorithm, 1);
    const name = identifier(type);
    if (name === PBES2) return pbes2(parameters);
    const { keyBytes, cipher } = lookUp(PKCS12_CIPHERS, name);
    const [salt, iterations] = sequence(parameters, 2);
    const rounds = positiveInteger(iterations);
    const derivation = { digest: SHA1, salt: octets(salt), iterations: rounds };
    return {
        // The initial vector is derived as well.
        iterations: (Math.ceil(keyBytes / SHA1.bytes) + 1) * rounds,
        decrypt: (data, password) =>
            cipher(
                pkcs12Key(derivation, password, Purpose.Key, keyBytes),
                pkcs12Key(derivation, password, Purpose.InitialVector, 8),
                data,
            ),
    };
}

/** RFC 8018, section 6.2. */
function pbes2(parameters: Asn1 | undefined): Scheme {
    const [derivation, encryption] = sequence(parameters, 2).map(one => sequence(one, 2)) as [Asn1[], Asn1[]];
    const key = pbkdf2(derivation);
    const { keyBytes, name } = lookUp(PBES2_CIPHERS, identifier(encryption[0]));
    const iv = octets(encryption[1]);
    if (iv.length !== (name.startsWith("aes") ? 16 : 8)) throw new MalformedError("no initial vector");
    return {
        iterations: key.iterations(keyBytes),
        decrypt: (data, password) => nodeCipher(name)(key.derive(password, keyBytes), iv, data),
    };
}

interface Pbkdf2 {
    /** Hash iterations for a key of this length. */
    iterations: (keyBytes: number) => number;
    keyBytes?: number;
    derive: (password: Password, keyBytes: number) => Buffer;
}

/** RFC 8018, appendix A.2. `algorithm`: the elements of an AlgorithmIdentifier. */
function pbkdf2([type, parameters]: Asn1[]): Pbkdf2 {
    const name = identifier(type);
    if (name !== PBKDF2) throw unsupported(NAMES[name] ?? name);
    const [salt, iterations, ...more] = sequence(parameters, 2);
    const [saltBytes, rounds] = [octets(salt), positiveInteger(iterations)];
    const hasLength = isInteger(more[0]);
    const functionOf = hasLength ? more[1] : more[0];
    const digest = lookUp(
        PSEUDO_RANDOM_FUNCTIONS,
        functionOf ? identifier(sequence(functionOf, 1)[0]) : HMAC_SHA1,
    );
    return {
        iterations: length => rounds * Math.ceil(length / digest.bytes),
        keyBytes: hasLength ? positiveInteger(more[0]) : undefined,
        derive: ({ bytes }, length) => pbkdf2Sync(bytes, saltBytes, rounds, length, digest.name),
    };
}

/** An integrity check with its parameters. */
export interface Integrity {
    /** Hash iterations that one password takes. */
    iterations: number;
    compute: (data: Buffer, password: Password) => Buffer;
}

/** RFC 9579 allows no shorter keys, and no digest is longer. */
const PBMAC1_KEY_BYTES = { least: 20, most: 64 };

/** RFC 9579. The salt and the iterations of MacData are not used. */
function pbmac1(parameters: Asn1 | undefined): Integrity {
    const [derivation, mac] = sequence(parameters, 2).map(one => sequence(one, 1)) as [Asn1[], Asn1[]];
    const key = pbkdf2(derivation);
    const { name } = lookUp(PSEUDO_RANDOM_FUNCTIONS, identifier(mac[0]));
    const { keyBytes } = key;
    if (keyBytes === undefined) throw new MalformedError("no length of the key");
    if (keyBytes < PBMAC1_KEY_BYTES.least || keyBytes > PBMAC1_KEY_BYTES.most)
        throw unsupported(`PBMAC1 with a key of ${keyBytes} bytes`);
    return {
        iterations: key.iterations(keyBytes),
        compute: (data, password) => createHmac(name, key.derive(password, keyBytes)).update(data).digest(),
    };
}

/** Reads the integrity check. @throws PfxProblem when the algorithm is not supported */
export function readMac({ algorithm, salt, iterations }: Mac): Integrity {
    const [type, parameters] = sequence(algorithm, 1);
    const name = identifier(type);
    if (name === PBMAC1) return pbmac1(parameters);
    const digest = lookUp(MAC_DIGESTS, name);
    if (iterations < 1) throw new MalformedError("no iterations");
    return {
        iterations,
        compute: (data, password) => {
            const key = pkcs12Key({ digest, salt, iterations }, password, Purpose.Mac, digest.bytes);
            return createHmac(digest.name, key).update(data).digest();
        },
    };
}

function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T {
    const entry = Object.hasOwn(table, name) ? table[name] : undefined;
    if (entry === undefined) throw unsupported(NAMES[name] ?? `the algorithm ${name}`);
    return entry;
}

function positiveInteger(element: Asn1 | undefined): number {
    const value = integer(element);
    if (value < 1) throw new MalformedError("no iterations");
    return value;
}
