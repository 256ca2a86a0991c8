import { createHmac, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import forge from "node-forge";
import { type Issued, OpensslWorkspace } from "./openssl";

type Asn1 = forge.asn1.Asn1;
const { Class, Type } = forge.asn1;

/** Creates PFX files with openssl. `buildPfx` creates the files that openssl cannot create. */
export class PfxWorkspace extends OpensslWorkspace {
    /** Runs `openssl pkcs12 -export`. */
    export(leaf: Issued, chain: readonly Issued[], ...args: string[]): Buffer {
        const chainFile = this.write("pfx-chain.pem", chain.map(one => one.certificate).join(""));
        this.run(
            ...[
                "pkcs12",
                "-export",
                "-out",
                "exported.pfx",
                "-in",
                leaf.certificateFile,
                "-inkey",
                leaf.keyFile,
            ],
            ...(chain.length > 0 ? ["-certfile", chainFile] : []),
            ...args,
        );
        return readFileSync(path.join(this.folder, "exported.pfx"));
    }

    /** Returns the contents of a PFX as openssl prints them. @throws when openssl rejects the file */
    printContents(pfx: Buffer, password: string): string {
        this.write("printed.pfx", pfx);
        return this.run("pkcs12", "-in", "printed.pfx", "-nodes", "-passin", `pass:${password}`);
    }

    /** Runs an openssl command and returns its output as DER. */
    der(...args: string[]): Buffer {
        this.run(...args, "-outform", "DER", "-out", "output.der");
        return readFileSync(path.join(this.folder, "output.der"));
    }
}

const CONTENT_DATA = "1.2.840.113549.1.7.1";
const BAG = "1.2.840.113549.1.12.10.1";

export const sequence = (...inside: Asn1[]) =>
    forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, inside);
export const identifier = (name: string) =>
    forge.asn1.create(Class.UNIVERSAL, Type.OID, false, forge.asn1.oidToDer(name).getBytes());
export const octets = (bytes: Buffer) =>
    forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString("latin1"));
export const integer = (value: number) =>
    forge.asn1.create(Class.UNIVERSAL, Type.INTEGER, false, forge.util.hexToBytes(evenHex(value)));
const tagged = (inside: Asn1) => forge.asn1.create(Class.CONTEXT_SPECIFIC, 0, true, [inside]);
const set = (...inside: Asn1[]) => forge.asn1.create(Class.UNIVERSAL, Type.SET, true, inside);

export const decodeDer = (der: Buffer) => forge.asn1.fromDer(der.toString("latin1"));
export const encodeDer = (element: Asn1) => Buffer.from(forge.asn1.toDer(element).getBytes(), "latin1");

/** A SafeBag. */
export type Bag = Asn1;

export const keyBag = (pkcs8: Buffer, name?: string): Bag => bag("1", decodeDer(pkcs8), name);
export const shroudedKeyBag = (encryptedPkcs8: Buffer, name?: string): Bag =>
    bag("2", decodeDer(encryptedPkcs8), name);
export const certificateBag = (der: Buffer, name?: string): Bag =>
    bag("3", sequence(identifier("1.2.840.113549.1.9.22.1"), tagged(octets(der))), name);
export const secretBag = (): Bag =>
    bag("5", sequence(identifier("1.2.3.4"), tagged(octets(Buffer.from("a secret")))));
export const nestedBag = (...bags: Bag[]): Bag => bag("6", sequence(...bags));

/** A key bag whose EncryptedPrivateKeyInfo has this algorithm, these parameters and no valid contents. */
export const keyBagEncryptedWith = (algorithm: string, parameters: Asn1): Bag =>
    bag("2", sequence(sequence(identifier(algorithm), parameters), octets(Buffer.alloc(64))));

export interface MacOptions {
    password: string;
    /** The number that the file states. The integrity check is always computed with one iteration. */
    iterations?: number;
    algorithm?: string;
    /** PBMAC1 (RFC 9579) instead. */
    pbmac1?: { keyBytes: number; hash: "sha256" | "sha512" };
}

/** Builds a PFX from unencrypted parts, each a SafeContents. */
export function buildPfx(parts: ReadonlyArray<readonly Bag[]>, mac?: MacOptions): Buffer {
    return withMac(encodeDer(sequence(...parts.map(bags => data(encodeDer(sequence(...bags)))))), mac);
}

/** Replaces the integrity check of a PFX. */
export function replaceMac(pfx: Buffer, mac?: MacOptions): Buffer {
    const [, authSafe] = decodeDer(pfx).value as Asn1[];
    const [, content] = authSafe?.value as Asn1[];
    const [bytes] = content?.value as Asn1[];
    return withMac(Buffer.from(bytes?.value as string, "latin1"), mac);
}

function withMac(authenticated: Buffer, mac?: MacOptions): Buffer {
    return encodeDer(
        sequence(integer(3), data(authenticated), ...(mac ? [macData(authenticated, mac)] : [])),
    );
}

function macData(authenticated: Buffer, options: MacOptions): Asn1 {
    const { password, pbmac1 } = options;
    return pbmac1 ? pbmac1Data(authenticated, password, pbmac1) : pkcs12MacData(authenticated, options);
}

const HMAC = { sha256: "1.2.840.113549.2.9", sha512: "1.2.840.113549.2.11" };

function pbmac1Data(
    authenticated: Buffer,
    password: string,
    { keyBytes, hash }: Required<MacOptions>["pbmac1"],
): Asn1 {
    const [salt, iterations] = [Buffer.from("87654321"), 2048];
    const key = pbkdf2Sync(password, salt, iterations, keyBytes, hash);
    const digest = createHmac(hash, key).update(authenticated).digest();
    const empty = forge.asn1.create(Class.UNIVERSAL, Type.NULL, false, "");
    const hmac = sequence(identifier(HMAC[hash]), empty);
    const derivation = sequence(
        identifier("1.2.840.113549.1.5.12"),
        sequence(octets(salt), integer(iterations), integer(keyBytes), hmac),
    );
    return sequence(
        sequence(sequence(identifier("1.2.840.113549.1.5.14"), sequence(derivation, hmac)), octets(digest)),
        octets(Buffer.from("NOT USED")),
        integer(1),
    );
}

function pkcs12MacData(
    authenticated: Buffer,
    { password, iterations = 1, algorithm = "2.16.840.1.101.3.4.2.1" }: MacOptions,
): Asn1 {
    const salt = Buffer.from("12345678");
    const key = forge.pkcs12.generateKey(
        password,
        forge.util.createBuffer(salt.toString("latin1")),
        3,
        1,
        32,
        forge.md.sha256.create(),
    );
    const digest = createHmac("sha256", Buffer.from(key.getBytes(), "latin1")).update(authenticated).digest();
    return sequence(
        sequence(sequence(identifier(algorithm)), octets(digest)),
        octets(salt),
        integer(iterations),
    );
}

function data(bytes: Buffer): Asn1 {
    return sequence(identifier(CONTENT_DATA), tagged(octets(bytes)));
}

function bag(type: string, value: Asn1, name?: string): Bag {
    const text = name && forge.asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, name);
    const attributes = text ? [set(sequence(identifier("1.2.840.113549.1.9.20"), set(text)))] : [];
    return sequence(identifier(`${BAG}.${type}`), tagged(value), ...attributes);
}

/** Converts DER to the BER that streaming programs write, with indefinite lengths and segmented strings. */
export function toBer(der: Buffer): Buffer {
    return ber(decodeDer(der));
}

function ber(element: Asn1): Buffer {
    const tag = element.tagClass | element.type;
    const end = Buffer.from([0, 0]);
    if (Array.isArray(element.value) && element.constructed) {
        return Buffer.concat([Buffer.from([tag | 0x20, 0x80]), ...element.value.map(ber), end]);
    }
    const isString = element.tagClass === Class.UNIVERSAL && element.type === Type.OCTETSTRING;
    if (!isString) return encodeDer(element);
    const bytes = Buffer.from(element.value as string, "latin1");
    const half = Math.ceil(bytes.length / 2);
    const pieces = [bytes.subarray(0, half), bytes.subarray(half)].map(piece => encodeDer(octets(piece)));
    return Buffer.concat([Buffer.from([0x24, 0x80]), ...pieces, end]);
}

function evenHex(value: number): string {
    const hex = value.toString(16);
    const even = hex.length % 2 === 0 ? hex : `0${hex}`;
    return /^[89a-f]/.test(even) ? `00${even}` : even;
}
