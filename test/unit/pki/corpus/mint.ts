import {
    type KeyObject,
    constants,
    createHash,
    createPublicKey,
    generateKeyPairSync,
    randomBytes,
    sign,
} from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";

/** A certificate made here, and what is needed to issue below it. */
export interface Minted {
    pem: string;
    name: asn1.Name;
    serial: Buffer;
    publicKey: KeyObject;
    /** Absent where nobody has it: a key that is only looked at. */
    privateKey?: KeyObject;
}

/** How a signature is made, and what the certificate says about it. */
export interface Signature {
    oid: string;
    parameters?: Buffer;
    sign: (data: Buffer, key: KeyObject) => Buffer;
}

export interface Order {
    /** Common name, further attributes by object identifier, or nothing. */
    subject?: string | Record<string, string>;
    /** Absent: it signs itself. */
    issuer?: Minted;
    key?: Keys;
    /** Days from now. */
    from?: number;
    to?: number;
    version?: 1 | 3;
    serial?: Buffer;
    /** Take the place of the usual extensions of the same kind. */
    with?: asn1.Extension[];
    /** Object identifiers of usual extensions that are left out. */
    without?: string[];
    signature?: Signature;
}

export interface Keys {
    publicKey: KeyObject;
    privateKey?: KeyObject;
}

export const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const DAY = 24 * 60 * 60 * 1000;
export const days = (count: number) => new Date(now.getTime() + count * DAY);

export const ecKeys = (namedCurve = "P-256"): Keys => generateKeyPairSync("ec", { namedCurve });
export const rsaKeys = (modulusLength = 2048, publicExponent = 65_537): Keys =>
    generateKeyPairSync("rsa", { modulusLength, publicExponent });

/** Nobody knows a private key to it, and making one would take minutes. */
export function publicRsaKey(bits: number, exponent: Buffer): Keys {
    const modulus = randomBytes(bits / 8);
    modulus[0] = 0xc1;
    modulus[modulus.length - 1] = 0x01;
    const jwk = { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") };
    return { publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
}

/** An authority as RFC 5280 wants it. */
export function authority(order: Order): Minted {
    return issue(order, keys => [
        extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: true }), true),
        keyUsage(asn1.KeyUsageFlags.keyCertSign | asn1.KeyUsageFlags.cRLSign),
        subjectKeyId(keys.publicKey),
        ...(order.issuer ? [authorityKeyId(order.issuer)] : []),
    ]);
}

/** A server's certificate as RFC 5280 wants it. */
export function server(names: asn1.GeneralName[], order: Order): Minted {
    return issue(order, () => [
        extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: false }), true),
        keyUsage(asn1.KeyUsageFlags.digitalSignature),
        extendedKeyUsage(asn1.id_kp_serverAuth),
        ...(names.length > 0 ? [alternativeNames(names)] : []),
        ...(order.issuer ? [authorityKeyId(order.issuer)] : []),
    ]);
}

function issue(order: Order, usual: (keys: Keys) => asn1.Extension[]): Minted {
    const keys = order.key ?? ecKeys();
    const name = nameOf(order.subject ?? "Test leaf");
    const signer = order.issuer?.privateKey ?? keys.privateKey;
    if (!signer) throw new Error("Nobody has the key to sign with.");
    const signature = order.signature ?? usualSignature(signer);
    const { oid: algorithm, parameters } = signature;
    const bytes = parameters ? exactly(parameters) : signer.asymmetricKeyType === "rsa" ? null : undefined;
    const identifier = new asn1.AlgorithmIdentifier({ algorithm, parameters: bytes });
    const replaced = new Set([...(order.with ?? []).map(one => one.extnID), ...(order.without ?? [])]);
    const extensions = [...usual(keys).filter(one => !replaced.has(one.extnID)), ...(order.with ?? [])];
    const serial = order.serial ?? Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
    const tbs = new asn1.TBSCertificate({
        version: order.version === 1 ? asn1.Version.v1 : asn1.Version.v3,
        serialNumber: exactly(serial),
        signature: identifier,
        issuer: order.issuer?.name ?? name,
        validity: new asn1.Validity({ notBefore: days(order.from ?? -1), notAfter: days(order.to ?? 89) }),
        subject: name,
        subjectPublicKeyInfo: AsnConvert.parse(spki(keys.publicKey), asn1.SubjectPublicKeyInfo),
        extensions: order.version === 1 ? undefined : new asn1.Extensions(extensions),
    });
    const data = Buffer.from(AsnConvert.serialize(tbs));
    const der = AsnConvert.serialize(
        new asn1.Certificate({
            tbsCertificate: tbs,
            signatureAlgorithm: identifier,
            signatureValue: exactly(signature.sign(data, signer)),
        }),
    );
    const { publicKey, privateKey } = keys;
    return { pem: pem("CERTIFICATE", der), name, serial, publicKey, privateKey };
}

export const dns = (dNSName: string) => new asn1.GeneralName({ dNSName });
export const ip = (iPAddress: string) => new asn1.GeneralName({ iPAddress });
export const directory = (name: Record<string, string>) =>
    new asn1.GeneralName({ directoryName: nameOf(name) });

export function extension(extnID: string, value: unknown, critical = false): asn1.Extension {
    const der = Buffer.isBuffer(value) ? exactly(value) : AsnConvert.serialize(value);
    return new asn1.Extension({ extnID, critical, extnValue: new OctetString(der) });
}

export const basicConstraints = (cA: boolean, pathLenConstraint?: number, critical = true) =>
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA, pathLenConstraint }), critical);
export const keyUsage = (flags: number) => extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(flags), true);
export const extendedKeyUsage = (...uses: string[]) =>
    extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage(uses));
export const alternativeNames = (names: asn1.GeneralName[], critical = false) =>
    extension(asn1.id_ce_subjectAltName, new asn1.SubjectAlternativeName(names), critical);

export function nameConstraints(
    permitted: asn1.GeneralName[],
    excluded: asn1.GeneralName[] = [],
): asn1.Extension {
    const subtrees = (names: asn1.GeneralName[]) =>
        names.length === 0
            ? undefined
            : new asn1.GeneralSubtrees(names.map(base => new asn1.GeneralSubtree({ base })));
    return extension(
        asn1.id_ce_nameConstraints,
        new asn1.NameConstraints({
            permittedSubtrees: subtrees(permitted),
            excludedSubtrees: subtrees(excluded),
        }),
        true,
    );
}

export const subjectKeyId = (key: KeyObject, critical = false) =>
    extension(asn1.id_ce_subjectKeyIdentifier, new asn1.SubjectKeyIdentifier(keyId(key)), critical);

export const authorityKeyId = (issuer: Keys, critical = false) =>
    extension(
        asn1.id_ce_authorityKeyIdentifier,
        new asn1.AuthorityKeyIdentifier({
            keyIdentifier: new asn1.KeyIdentifier(keyId(issuer.publicKey)),
        }),
        critical,
    );

/** The form that names the issuer's certificate (who issued that, and its number) beside its key. */
export const authorityNumber = (issuer: Minted, issuerOfIssuer: Minted, serial = issuer.serial) =>
    extension(
        asn1.id_ce_authorityKeyIdentifier,
        new asn1.AuthorityKeyIdentifier({
            keyIdentifier: new asn1.KeyIdentifier(keyId(issuer.publicKey)),
            authorityCertIssuer: [new asn1.GeneralName({ directoryName: issuerOfIssuer.name })],
            authorityCertSerialNumber: exactly(serial),
        }),
    );

export function keyPem({ privateKey }: Minted): string | undefined {
    return privateKey?.export({ format: "pem", type: "pkcs8" }).toString();
}

/** The same certificate with a signature that nobody made. */
export function forged(minted: Minted): Minted {
    const certificate = AsnConvert.parse(fromPem(minted.pem), asn1.Certificate);
    const wrong = sign("sha256", Buffer.from("something else"), ecKeys().privateKey as KeyObject);
    certificate.signatureValue = exactly(wrong);
    return { ...minted, pem: pem("CERTIFICATE", AsnConvert.serialize(certificate)) };
}

export const ecdsa = (hash: string, oid: string): Signature => ({
    oid,
    sign: (data, key) => sign(hash, data, key),
});
export const rsa = ecdsa;

/** RSASSA-PSS whose parameters say what it does, with a salt of the hash's length. */
export function pss(hash: "sha1" | "sha256", parameters: string): Signature {
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return {
        oid: "1.2.840.113549.1.1.10",
        parameters: Buffer.from(parameters, "hex"),
        sign: (data, key) => sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
    };
}

function usualSignature({ asymmetricKeyType }: KeyObject): Signature {
    if (asymmetricKeyType === "ec") return ecdsa("sha256", "1.2.840.10045.4.3.2");
    if (asymmetricKeyType === "rsa") return rsa("sha256", "1.2.840.113549.1.1.11");
    const oids: Record<string, string> = { ed25519: "1.3.101.112", ed448: "1.3.101.113" };
    const oid = oids[asymmetricKeyType ?? ""];
    if (oid) return { oid, sign: (data, key) => sign(null, data, key) };
    throw new Error(`No usual signature is known for a key of type ${asymmetricKeyType}.`);
}

function nameOf(subject: string | Record<string, string>): asn1.Name {
    const attributes: Record<string, string> =
        typeof subject !== "string" ? subject : subject === "" ? {} : { "2.5.4.3": subject };
    return new asn1.Name(
        Object.entries(attributes).map(([type, utf8String]) => {
            const value = new asn1.AttributeValue({ utf8String });
            return new asn1.RelativeDistinguishedName([new asn1.AttributeTypeAndValue({ type, value })]);
        }),
    );
}

function keyId(key: KeyObject): ArrayBuffer {
    return exactly(createHash("sha1").update(spki(key)).digest());
}

function spki(key: KeyObject): Buffer {
    return key.export({ format: "der", type: "spki" });
}

/** Buffers share memory with others. */
function exactly(bytes: Buffer): ArrayBuffer {
    return new Uint8Array(bytes).buffer;
}

function fromPem(text: string): Buffer {
    return Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
}

function pem(label: string, der: ArrayBuffer): string {
    const lines =
        Buffer.from(der)
            .toString("base64")
            .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
