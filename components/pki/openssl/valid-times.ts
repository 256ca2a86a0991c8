import { type KeyObject, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { type Certificate, signedBy } from "../certificate";
import { type Element, Tag } from "../der/element";
import { type CertificateElements, readStructure } from "../der/structure";
import { writePem } from "../pem";
import { timeProblem } from "../time";

const DAY_MS = 24 * 60 * 60 * 1000;
/** The AlgorithmIdentifier and the hash of a signature with SHA-256, or without a hash, by type of key (RFC 5758, 4055, 8410). */
const SIGNATURES: Readonly<Record<string, readonly [identifier: string, hash: string | null]>> = {
    ec: ["300a06082a8648ce3d040302", "sha256"],
    rsa: ["300d06092a864886f70d01010b0500", "sha256"],
    ed25519: ["300506032b6570", null],
    ed448: ["300506032b6571", null],
};

/**
 * Copies certificates with a validity around the present of this machine, so that a client whose clock cannot be set judges everything
 * but their times. Issuers get other keys, because a copy needs a signature. The leaf keeps its key. Malformed times stay.
 *
 * @param certificates the leaf first, then its issuers and the roots
 * @param leafKey the private key of the leaf
 * @returns PEM in the same order
 */
export function withValidTimes(certificates: readonly Certificate[], leafKey: KeyObject): string[] {
    const keys = new Map<string, KeyObject>([[spki(createPublicKey(leafKey)), leafKey]]);
    const keyOf = ({ publicKey }: Certificate): KeyObject => {
        const id = publicKey ? spki(publicKey) : "";
        const key = keys.get(id) ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
        keys.set(id, key);
        return key;
    };
    // Clients compare a self-signed certificate with their roots, so each has one copy.
    const copies = new Map<string, string>();
    for (const one of certificates.filter(({ fingerprint }) => !copies.has(fingerprint))) {
        const structure = readStructure(one.x509.raw);
        // A certificate whose issuer is not among them gets a signature that nothing verifies.
        const issuer = certificates.find(other => isIssuer(other, one));
        copies.set(one.fingerprint, structure ? copy(structure, keyOf(one), keyOf(issuer ?? one)) : one.pem);
    }
    return certificates.map(one => copies.get(one.fingerprint) ?? one.pem);
}

function isIssuer(issuer: Certificate, { x509, issuerName }: Certificate): boolean {
    return issuer.subjectName === issuerName && signedBy(x509, issuer.x509);
}

function spki(key: KeyObject): string {
    return key.export({ format: "der", type: "spki" }).toString("base64");
}

function copy(structure: CertificateElements, ownKey: KeyObject, signer: KeyObject): string {
    const { tbsCertificate, signature, validity, subjectPublicKeyInfo } = structure;
    const publicKey = createPublicKey(ownKey).export({ format: "der", type: "spki" });
    const isOwn = publicKey.equals(subjectPublicKeyInfo.encoding);
    const [identifier, hash] = SIGNATURES[signer.asymmetricKeyType ?? ""] ?? ["", null];
    const algorithm = Buffer.from(identifier, "hex");
    const tbs = encode(
        Tag.SEQUENCE,
        tbsCertificate.elements.map(one => {
            if (one === validity) return presentTimes(validity);
            if (one === signature) return algorithm;
            return one === subjectPublicKeyInfo && !isOwn ? publicKey : one.encoding;
        }),
    );
    const value = Buffer.concat([Buffer.alloc(1), sign(hash, tbs, signer)]);
    return writePem("CERTIFICATE", encode(Tag.SEQUENCE, [tbs, algorithm, encode(Tag.BIT_STRING, [value])]));
}

/** Malformed times stay, because clients refuse them whatever the clock says. */
function presentTimes(validity: Element): Buffer {
    const times = validity.elements.map((time, i) =>
        timeProblem(time) === undefined
            ? encode(Tag.GENERALIZED_TIME, [
                  generalizedTime(new Date(Date.now() + (i === 0 ? -DAY_MS : DAY_MS))),
              ])
            : time.encoding,
    );
    return encode(Tag.SEQUENCE, times);
}

function generalizedTime(date: Date): Buffer {
    return Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, ""));
}

/** DER with the definite form of the length. */
function encode(tag: number, parts: readonly Buffer[]): Buffer {
    const contents = Buffer.concat(parts);
    const { length } = contents;
    const size = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    const header = Buffer.alloc(2 + size, tag);
    header[1] = size === 0 ? length : 0x80 | size;
    if (size > 0) header.writeUIntBE(length, 2, size);
    return Buffer.concat([header, contents]);
}
