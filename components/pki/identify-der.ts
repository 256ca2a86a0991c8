import { type Asn1, MalformedError, elements, identifier, parseAsn1, shape } from "./pfx/asn1";

/** Kinds of files that users confuse with each other. */
export type EncodedKind =
    "certificate" | "request" | "crl" | "pkcs7" | "pfx" | "private-key" | "encrypted-key" | "public-key";

/** The encodings of private keys, with the names of node:crypto. */
export type KeyEncoding = "pkcs8" | "pkcs1" | "sec1";

/** The encoding of an unencrypted private key by its outermost elements. */
export function identifyKey(bytes: Buffer): KeyEncoding | undefined {
    try {
        const elements = shape(parseAsn1(bytes));
        return KEY_SHAPES.find(([pattern]) => pattern.test(elements))?.[1];
    } catch (error) {
        if (error instanceof MalformedError) return undefined;
        throw error;
    }
}

/** RFC 5958, RFC 8017, RFC 5915. */
const KEY_SHAPES: ReadonlyArray<readonly [RegExp, KeyEncoding]> = [
    [/^ISO/, "pkcs8"],
    [/^IIIIIIIII/, "pkcs1"],
    [/^IO/, "sec1"],
];

/** Identifies a binary (DER or BER) file by its outermost elements. Returns undefined when it is none of these kinds. */
export function identifyDer(bytes: Buffer): EncodedKind | undefined {
    try {
        const file = parseAsn1(bytes);
        return SHAPES.find(([outer, matches]) => outer.test(shape(file)) && matches(elements(file)))?.[2];
    } catch (error) {
        if (error instanceof MalformedError) return undefined;
        throw error;
    }
}

const PKCS7 = /^1\.2\.840\.113549\.1\.7\.\d+$/;
const always = (): boolean => true;
const firstIs =
    (inner: RegExp) =>
    ([first]: Asn1[]): boolean =>
        first !== undefined && inner.test(shape(first));

/** Each kind has a pattern for the types of its elements, one letter each (see `shape`), and a check of their contents. */
const SHAPES: ReadonlyArray<readonly [RegExp, (inside: Asn1[]) => boolean, EncodedKind]> = [
    // RFC 2986: version, subject, key, attributes.
    [/^SSB$/, firstIs(/^ISSc?$/), "request"],
    // RFC 5280: version, serial number, algorithm, issuer, validity, subject, key.
    [/^SSB$/, firstIs(/^c?ISSSSS/), "certificate"],
    // RFC 5280: version, algorithm, issuer, time of this and of the next update.
    [/^SSB$/, firstIs(/^I?SS(?:\?|$)/), "crl"],
    // RFC 7292: version, contents, integrity.
    [/^ISS?$/, ([, content]) => content !== undefined && isPkcs7(content), "pfx"],
    [/^Dc$/, ([type]) => PKCS7.test(identifier(type)), "pkcs7"],
    ...KEY_SHAPES.map(([pattern]) => [pattern, always, "private-key"] as const),
    // RFC 5958 with encryption.
    [/^SO$/, firstIs(/^D/), "encrypted-key"],
    // RFC 5280, SubjectPublicKeyInfo; RFC 8017.
    [/^SB$/, firstIs(/^D/), "public-key"],
    [/^II$/, always, "public-key"],
];

function isPkcs7(content: Asn1): boolean {
    return /^Dc$/.test(shape(content)) && PKCS7.test(identifier(elements(content)[0]));
}
