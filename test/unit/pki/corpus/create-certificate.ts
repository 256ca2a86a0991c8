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

/** A certificate, with the name and the keys that are needed to issue certificates with it. */
export interface TestCertificate {
    pem: string;
    name: asn1.Name;
    serial: Buffer;
    publicKey: KeyObject;
    /** Absent when only the public key was created. */
    privateKey?: KeyObject;
}

/** A signature algorithm: its identifier in the certificate, and the function that signs. */
export interface Signature {
    oid: string;
    parameters?: Buffer;
    sign: (data: Buffer, key: KeyObject) => Buffer;
}

export interface CertificateOptions {
    /** The common name, or attributes by object identifier. Empty: no attributes. */
    subject?: string | Record<string, string>;
    /** Default: self-signed. */
    issuer?: TestCertificate;
    key?: Keys;
    /** Start and end of the validity, in days from now. */
    from?: number;
    to?: number;
    version?: 1 | 3;
    serial?: Buffer;
    /** Extensions that are added, or replace the default extension of the same type. */
    with?: asn1.Extension[];
    /** Object identifiers of default extensions that are omitted. */
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

/** An RSA public key without a private key, because generating such a key pair takes minutes. */
export function publicRsaKey(bits: number, exponent: Buffer): Keys {
    const modulus = randomBytes(bits / 8);
    modulus[0] = 0xc1;
    modulus[modulus.length - 1] = 0x01;
    const jwk = { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") };
    return { publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
}

/** Issues a certificate for an authority that conforms to RFC 5280. */
export function authorityCertificate(options: CertificateOptions): TestCertificate {
    return issue(options, keys => [
        extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: true }), true),
        keyUsage(asn1.KeyUsageFlags.keyCertSign | asn1.KeyUsageFlags.cRLSign),
        subjectKeyId(keys.publicKey),
        ...(options.issuer ? [authorityKeyId(options.issuer)] : []),
    ]);
}

/** Issues a server certificate that conforms to RFC 5280. */
export function serverCertificate(names: asn1.GeneralName[], options: CertificateOptions): TestCertificate {
    return issue(options, () => [
        extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: false }), true),
        keyUsage(asn1.KeyUsageFlags.digitalSignature),
        extendedKeyUsage(asn1.id_kp_serverAuth),
        ...(names.length > 0 ? [alternativeNames(names)] : []),
        ...(options.issuer ? [authorityKeyId(options.issuer)] : []),
    ]);
}

function issue(options: CertificateOptions, defaults: (keys: Keys) => asn1.Extension[]): TestCertificate {
    const keys = options.key ?? ecKeys();
    const name = nameOf(options.subject ?? "Test leaf");
    const signer = options.issuer?.privateKey ?? keys.privateKey;
    if (!signer) throw new Error("The issuer has no private key.");
    const signature = options.signature ?? defaultSignature(signer);
    const { oid: algorithm, parameters } = signature;
    const bytes = parameters
        ? toArrayBuffer(parameters)
        : signer.asymmetricKeyType === "rsa"
          ? null
          : undefined;
    const identifier = new asn1.AlgorithmIdentifier({ algorithm, parameters: bytes });
    const replaced = new Set([...(options.with ?? []).map(one => one.extnID), ...(options.without ?? [])]);
    const extensions = [...defaults(keys).filter(one => !replaced.has(one.extnID)), ...(options.with ?? [])];
    const serial = options.serial ?? Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
    const tbs = new asn1.TBSCertificate({
        version: options.version === 1 ? asn1.Version.v1 : asn1.Version.v3,
        serialNumber: toArrayBuffer(serial),
        signature: identifier,
        issuer: options.issuer?.name ?? name,
        validity: new asn1.Validity({
            notBefore: days(options.from ?? -1),
            notAfter: days(options.to ?? 89),
        }),
        subject: name,
        subjectPublicKeyInfo: AsnConvert.parse(spki(keys.publicKey), asn1.SubjectPublicKeyInfo),
        extensions: options.version === 1 ? undefined : new asn1.Extensions(extensions),
    });
    const data = Buffer.from(AsnConvert.serialize(tbs));
    const der = AsnConvert.serialize(
        new asn1.Certificate({
            tbsCertificate: tbs,
            signatureAlgorithm: identifier,
            signatureValue: toArrayBuffer(signature.sign(data, signer)),
        }),
    );
    const { publicKey, privateKey } = keys;
    return { pem: certificatePem(der), name, serial, publicKey, privateKey };
}

export const dns = (dNSName: string) => new asn1.GeneralName({ dNSName });
export const ip = (iPAddress: string) => new asn1.GeneralName({ iPAddress });
export const mail = (rfc822Name: string) => new asn1.GeneralName({ rfc822Name });
export const uri = (text: string) => new asn1.GeneralName({ uniformResourceIdentifier: text });
export const directory = (name: Record<string, string>) =>
    new asn1.GeneralName({ directoryName: nameOf(name) });

export function extension(extnID: string, value: unknown, critical = false): asn1.Extension {
    const der = Buffer.isBuffer(value) ? toArrayBuffer(value) : AsnConvert.serialize(value);
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

/** The authority key identifier with the issuer name and the serial number of the issuer's certificate, in addition to the key. */
export const authorityKeyIdWithSerial = (
    issuer: TestCertificate,
    issuerOfIssuer: TestCertificate,
    serial = issuer.serial,
) =>
    extension(
        asn1.id_ce_authorityKeyIdentifier,
        new asn1.AuthorityKeyIdentifier({
            keyIdentifier: new asn1.KeyIdentifier(keyId(issuer.publicKey)),
            authorityCertIssuer: [new asn1.GeneralName({ directoryName: issuerOfIssuer.name })],
            authorityCertSerialNumber: toArrayBuffer(serial),
        }),
    );

export function keyPem({ privateKey }: TestCertificate): string | undefined {
    return privateKey?.export({ format: "pem", type: "pkcs8" }).toString();
}

/** Replaces the signature of a certificate by an invalid one. */
export function withInvalidSignature(original: TestCertificate): TestCertificate {
    const certificate = AsnConvert.parse(fromPem(original.pem), asn1.Certificate);
    const wrong = sign("sha256", Buffer.from("something else"), ecKeys().privateKey as KeyObject);
    certificate.signatureValue = toArrayBuffer(wrong);
    return { ...original, pem: certificatePem(AsnConvert.serialize(certificate)) };
}

export const ecdsa = (hash: string, oid: string): Signature => ({
    oid,
    sign: (data, key) => sign(hash, data, key),
});
export const rsa = ecdsa;

/** RSASSA-PSS with these parameters and a salt as long as the digest. */
export function pss(hash: "sha1" | "sha256", parameters: string): Signature {
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return {
        oid: "1.2.840.113549.1.1.10",
        parameters: Buffer.from(parameters, "hex"),
        sign: (data, key) => sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
    };
}

function defaultSignature({ asymmetricKeyType }: KeyObject): Signature {
    if (asymmetricKeyType === "ec") return ecdsa("sha256", "1.2.840.10045.4.3.2");
    if (asymmetricKeyType === "rsa") return rsa("sha256", "1.2.840.113549.1.1.11");
    const oids: Record<string, string> = { ed25519: "1.3.101.112", ed448: "1.3.101.113" };
    const oid = oids[asymmetricKeyType ?? ""];
    if (oid) return { oid, sign: (data, key) => sign(null, data, key) };
    throw new Error(`No default signature is known for a key of type ${asymmetricKeyType}.`);
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
    return toArrayBuffer(createHash("sha1").update(spki(key)).digest());
}

function spki(key: KeyObject): Buffer {
    return key.export({ format: "der", type: "spki" });
}

/** Copies the bytes, because a Buffer can share its ArrayBuffer with other Buffers. */
function toArrayBuffer(bytes: Buffer): ArrayBuffer {
    return new Uint8Array(bytes).buffer;
}

export function fromPem(text: string): Buffer {
    return Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
}

export function certificatePem(der: ArrayBuffer | Buffer): string {
    const bytes = Buffer.isBuffer(der) ? der : Buffer.from(der);
    const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
