import { type Asn1, bmpText, identifier, octets, optionalSet, sequence, tagged, toDer } from "./asn1";
import { type Encrypted, parseEncryptedKey } from "./structure";

/** The keys and certificates of SafeContents. */
export interface Bags {
    keys: KeyBag[];
    /** DER, in the order of the file. */
    certificates: Buffer[];
}

interface KeyBag {
    /** The name that the exporting program gave to the key. */
    friendlyName?: string;
    /** PKCS#8 as DER, encrypted or not. */
    pkcs8: Buffer | Encrypted;
}

/** RFC 7292, section 4.2. */
const KEY = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE = "1.2.840.113549.1.12.10.1.3";
const SAFE_CONTENTS = "1.2.840.113549.1.12.10.1.6";
const X509 = "1.2.840.113549.1.9.22.1";
const FRIENDLY_NAME = "1.2.840.113549.1.9.20";

/**
 * Reads the keys and certificates of SafeContents, in any order. Ignores other bags, such as revocation lists and secrets.
 */
export function readBags(safeContents: Asn1): Bags {
    const bags: Bags = { keys: [], certificates: [] };
    for (const bag of sequence(safeContents)) {
        const [type, wrapped, attributes] = sequence(bag, 2);
        switch (identifier(type)) {
            case KEY:
                bags.keys.push({ ...friendlyNameOf(attributes), pkcs8: toDer(tagged(wrapped, 0)) });
                break;
            case SHROUDED_KEY:
                bags.keys.push({
                    ...friendlyNameOf(attributes),
                    pkcs8: parseEncryptedKey(tagged(wrapped, 0)),
                });
                break;
            case CERTIFICATE: {
                const [kind, value] = sequence(tagged(wrapped, 0), 2);
                if (identifier(kind) === X509) bags.certificates.push(octets(tagged(value, 0)));
                break;
            }
            case SAFE_CONTENTS: {
                // The parser limits the depth of this recursion.
                const { keys, certificates } = readBags(tagged(wrapped, 0));
                bags.keys.push(...keys);
                bags.certificates.push(...certificates);
                break;
            }
        }
    }
    return bags;
}

function friendlyNameOf(attributes: Asn1 | undefined): { friendlyName?: string } {
    for (const attribute of optionalSet(attributes)) {
        const [type, values] = sequence(attribute, 2);
        if (identifier(type) === FRIENDLY_NAME) return { friendlyName: bmpText(optionalSet(values)[0]) };
    }
    return {};
}
