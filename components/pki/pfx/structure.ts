import {
    type Asn1,
    MalformedError,
    contents,
    identifier,
    integer,
    isSequence,
    isTagged,
    octets,
    parseAsn1,
    sequence,
    tagged,
} from "./asn1";
import { unsupported } from "./problem";

/** The structure of a PFX before decryption (RFC 7292, section 4). */
export interface PfxStructure {
    /** The bytes that the integrity check covers. */
    authenticated: Buffer;
    mac?: Mac;
    /** SafeContents structures, encrypted or not. */
    parts: Array<Asn1 | Encrypted>;
}

/** RFC 7292, section 4, MacData. */
export interface Mac {
    /** AlgorithmIdentifier. */
    algorithm: Asn1;
    digest: Buffer;
    salt: Buffer;
    iterations: number;
}

/** Encrypted contents and their encryption algorithm. */
export interface Encrypted {
    /** AlgorithmIdentifier. */
    algorithm: Asn1;
    data: Buffer;
}

const DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const ENVELOPED_DATA = "1.2.840.113549.1.7.3";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";

/** Parses a PFX without decrypting it. @throws MalformedError | PfxProblem */
export function parsePfx(bytes: Buffer): PfxStructure {
    const [version, authSafe, macData] = sequence(parseAsn1(bytes), 2);
    if (integer(version) !== 3) throw new MalformedError("not version 3");
    const { type, content } = contentInfo(authSafe);
    if (type === SIGNED_DATA) throw unsupported("a signature instead of a password");
    if (type !== DATA) throw new MalformedError("not password integrity");
    const authenticated = octets(content);
    return {
        authenticated,
        mac: macData && parseMac(macData),
        parts: sequence(parseAsn1(authenticated)).map(parsePart),
    };
}

export function isEncrypted(part: Asn1 | Encrypted): part is Encrypted {
    return "algorithm" in part;
}

/** EncryptedPrivateKeyInfo (RFC 5958, section 3). */
export function parseEncryptedKey(element: Asn1): Encrypted {
    const [algorithm, data] = sequence(element, 2);
    return { algorithm: algorithm as Asn1, data: octets(data) };
}

function contentInfo(element: Asn1 | undefined): { type: string; content: Asn1 } {
    const [type, content] = sequence(element, 2);
    return { type: identifier(type), content: tagged(content, 0) };
}

function parseMac(element: Asn1): Mac {
    const [digestInfo, salt, iterations] = sequence(element, 2);
    const [algorithm, digest] = sequence(digestInfo, 2);
    if (!isSequence(algorithm)) throw new MalformedError("no MAC algorithm");
    return {
        algorithm,
        digest: octets(digest),
        salt: octets(salt),
        iterations: iterations ? integer(iterations) : 1,
    };
}

function parsePart(element: Asn1): Asn1 | Encrypted {
    const { type, content } = contentInfo(element);
    if (type === DATA) return parseAsn1(octets(content));
    if (type === ENVELOPED_DATA) throw unsupported("a public key instead of a password");
    if (type !== ENCRYPTED_DATA) throw new MalformedError("not SafeContents");
    const [, encrypted] = sequence(content, 2);
    const [, algorithm, data] = sequence(encrypted, 3);
    if (!isTagged(data, 0)) throw new MalformedError("no contents");
    return { algorithm: algorithm as Asn1, data: contents(data) };
}
