import { type KeyObject, X509Certificate } from "node:crypto";
import { type CertificateElements, type ExtensionElements, readStructure } from "./der/structure";
import { Tag } from "./der/element";
import { identifier, smallInteger, textOf, withTag } from "./der/values";
import { type EncodingFault, findEncodingFaults } from "./encoding";
import { EC_PUBLIC_KEY } from "./encoding/key";
import * as extensions from "./extensions";
import { comparableRdns } from "./directory-name";
import { type NameConstraints, NAME_CONSTRAINTS, readNameConstraints } from "./name-constraints";
import { writePem } from "./pem";
import { readTime } from "./time";

/** The fields of an X.509 certificate that the rules check. */
export interface Certificate {
    /** X.509 version, 1 to 3. Only version 3 has extensions. */
    version: number;
    /** The bytes as encoded: big-endian, two's complement. */
    serial: Buffer;
    /** For display, e.g. `CN=score.contoso.com, O=Contoso`. */
    subject: string;
    issuer: string;
    /** The DER of subject and issuer in hexadecimal. Go finds an issuer by comparing these encodings. */
    subjectDer: string;
    issuerDer: string;
    /** Normalized for comparison: OpenSSL and Java find an issuer by names in this form (RFC 5280, 7.1). */
    subjectName: string;
    issuerName: string;
    hasSubject: boolean;
    /** Attributes of the subject, outermost first, normalized for comparison. */
    subjectRdns: string[];
    /** Clients ignore common names. They are read for messages only. */
    commonNames: string[];
    /** Subject alternative names; empty when the extension is absent. */
    dnsNames: string[];
    ipAddresses: string[];
    mailAddresses: string[];
    uris: string[];
    /** When a time cannot be read, the earliest or latest date: `encodingFaults` reports it. */
    notBefore: Date;
    notAfter: Date;
    /** SHA-256 of the DER, upper-case hexadecimal with colons. */
    fingerprint: string;
    /** Hexadecimal. */
    subjectKeyId?: string;
    authorityKeyId?: extensions.AuthorityKeyId;
    /** URL of the issuer's certificate (authority information access). */
    issuerUrl?: string;
    /** The names that certificates issued by this authority may and may not contain. */
    nameConstraints?: NameConstraints;
    /** Servers must staple an OCSP response to the certificate (RFC 7633). */
    mustStaple: boolean;
    /** The `basicConstraints` extension marks it as a certificate authority. */
    isCa: boolean;
    /** The maximum number of intermediates below it. */
    pathLength?: number;
    /** The key specifies its curve by parameters instead of a name, which RFC 5480, 2.1.1 forbids. */
    hasExplicitCurve: boolean;
    /** Absent: all uses are allowed. */
    keyUsage?: extensions.KeyUsage[];
    /** Object identifiers. Absent: all uses are allowed. */
    extendedKeyUsage?: string[];
    /** Object identifiers. */
    criticalExtensions: string[];
    signatureAlgorithm: SignatureAlgorithm;
    /** Subject and issuer are the same name, as clients compare names. */
    selfIssued: boolean;
    /** Subject and issuer are the same, and the signature was made with its own key. */
    selfSigned: boolean;
    /** Deviations of the encoding from DER and RFC 5280. */
    encodingFaults: EncodingFault[];
    /** Absent when OpenSSL does not support the key. */
    publicKey?: KeyObject;
    x509: X509Certificate;
    pem: string;
}

export interface SignatureAlgorithm {
    /** Object identifier. */
    oid: string;
    /** DER. Only RSASSA-PSS has parameters. */
    parameters?: Buffer;
}

/**
 * Parses a certificate. Returns undefined when the bytes are not a certificate or Node's OpenSSL cannot parse it. Bytes after the
 * certificate are ignored, as OpenSSL does, and reported as a fault of the encoding.
 */
export function parseCertificate(der: Uint8Array): Certificate | undefined {
    const x509 = readX509(der);
    const structure = x509 && readStructure(Buffer.from(der));
    return structure && makeCertificate(x509, structure, Buffer.from(der));
}

function readX509(der: Uint8Array): X509Certificate | undefined {
    try {
        return new X509Certificate(der);
    } catch {
        return undefined;
    }
}

function makeCertificate(x509: X509Certificate, structure: CertificateElements, der: Buffer): Certificate {
    const { subject, issuer, validity, signatureAlgorithm, subjectPublicKeyInfo } = structure;
    const [notBefore, notAfter] = validity.elements;
    const subjectDer = subject.encoding.toString("hex");
    const issuerDer = issuer.encoding.toString("hex");
    const subjectRdns = comparableRdns(subject);
    const subjectName = subjectRdns.join();
    const issuerName = comparableRdns(issuer).join();
    const [algorithm, parameters] = signatureAlgorithm.elements;
    return {
        version: (smallInteger(structure.version?.elements[0]) ?? 0) + 1,
        serial: structure.serialNumber.contents,
        subject: oneLine(x509.subject) || "(no subject)",
        issuer: oneLine(x509.issuer),
        subjectDer,
        issuerDer,
        subjectName,
        issuerName,
        hasSubject: subject.elements.length > 0,
        subjectRdns,
        commonNames: commonNamesOf(structure),
        ...extensionValues(structure.extensions),
        notBefore: (notBefore && readTime(notBefore)) ?? EARLIEST,
        notAfter: (notAfter && readTime(notAfter)) ?? LATEST,
        fingerprint: x509.fingerprint256,
        hasExplicitCurve: isExplicitCurve(subjectPublicKeyInfo),
        criticalExtensions: structure.extensions.filter(one => one.critical).map(one => one.oid),
        signatureAlgorithm: { oid: identifier(algorithm), parameters: parameters?.encoding },
        selfIssued: subjectName === issuerName,
        selfSigned: subjectName === issuerName && signedBy(x509, x509),
        encodingFaults: findEncodingFaults(structure, der),
        publicKey: publicKeyOf(x509),
        x509,
        pem: writePem("CERTIFICATE", x509.raw),
    };
}

function extensionValues(
    list: readonly ExtensionElements[],
): Pick<
    Certificate,
    | "dnsNames"
    | "ipAddresses"
    | "mailAddresses"
    | "uris"
    | "subjectKeyId"
    | "authorityKeyId"
    | "issuerUrl"
    | "nameConstraints"
    | "mustStaple"
    | "isCa"
    | "pathLength"
    | "keyUsage"
    | "extendedKeyUsage"
> {
    const read = <T>(oid: string, reader: (value: Buffer) => T | undefined): T | undefined => {
        const found = list.find(one => one.oid === oid);
        return found && reader(found.value);
    };
    const constraints = read(extensions.BASIC_CONSTRAINTS, extensions.readBasicConstraints);
    const names = read(extensions.SUBJECT_ALTERNATIVE_NAME, extensions.readAlternativeNames);
    return {
        ...(names ?? { dnsNames: [], ipAddresses: [], mailAddresses: [], uris: [] }),
        subjectKeyId: read(extensions.SUBJECT_KEY_IDENTIFIER, extensions.readSubjectKeyId),
        authorityKeyId: read(extensions.AUTHORITY_KEY_IDENTIFIER, extensions.readAuthorityKeyId),
        issuerUrl: read(extensions.AUTHORITY_INFORMATION_ACCESS, extensions.readIssuerUrl),
        nameConstraints: read(NAME_CONSTRAINTS, readNameConstraints),
        mustStaple: read(extensions.TLS_FEATURE, extensions.requiresStapling) ?? false,
        isCa: constraints?.isCa ?? false,
        pathLength: constraints?.pathLength,
        keyUsage: read(extensions.KEY_USAGE, extensions.readKeyUsage),
        extendedKeyUsage: read(extensions.EXTENDED_KEY_USAGE, extensions.readExtendedKeyUsage),
    };
}

/** The range of Date. */
const EARLIEST = new Date(-8.64e15);
const LATEST = new Date(8.64e15);

/** Results of `signedBy`, by certificate and issuer. Several rules ask about the same two. */
const verified = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>();

/** Whether the signature on `certificate` was made with the key of `issuer`. */
export function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const byIssuer = verified.get(certificate) ?? new WeakMap<X509Certificate, boolean>();
    verified.set(certificate, byIssuer);
    const result = byIssuer.get(issuer) ?? verify(certificate, issuer);
    byIssuer.set(issuer, result);
    return result;
}

function verify(certificate: X509Certificate, issuer: X509Certificate): boolean {
    try {
        return certificate.verify(issuer.publicKey);
    } catch {
        return false;
    }
}

/** Whether the private key belongs to the certificate. */
export function ownsKey({ x509 }: Certificate, key: KeyObject): boolean {
    try {
        return x509.checkPrivateKey(key);
    } catch {
        return false;
    }
}

function publicKeyOf(x509: X509Certificate): KeyObject | undefined {
    try {
        return x509.publicKey;
    } catch {
        return undefined;
    }
}

/** Reads the DER, because Node reports the name of a known curve even when the key specifies the curve by parameters. */
function isExplicitCurve(keyInfo: CertificateElements["subjectPublicKeyInfo"]): boolean {
    const [algorithm, parameters] = keyInfo.elements[0]?.elements ?? [];
    return identifier(algorithm) === EC_PUBLIC_KEY && withTag(parameters, Tag.SEQUENCE) !== undefined;
}

const COMMON_NAME = "2.5.4.3";

function commonNamesOf({ subject }: CertificateElements): string[] {
    return subject.elements
        .flatMap(rdn => rdn.elements)
        .filter(({ elements: [type] }) => identifier(type) === COMMON_NAME)
        .flatMap(({ elements: [, value] }) => (value ? [textOf(value)] : []));
}

/** Node returns a name with one attribute per line. */
function oneLine(name: string | undefined): string {
    return (name ?? "").split("\n").join(", ");
}
