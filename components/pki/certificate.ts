import { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import { type NameConstraints, comparableRdns, readNameConstraints } from "./name-constraints";
import { writePem } from "./pem";

/** The fields of an X.509 certificate that the rules check. */
export interface Certificate {
    /** X.509 version, 1 or 3. Only version 3 has extensions. */
    version: number;
    /** The bytes as encoded: big-endian, two's complement. */
    serial: Buffer;
    /** For display, e.g. `CN=score.contoso.com, O=Contoso`. */
    subject: string;
    issuer: string;
    /** The DER of subject and issuer in hexadecimal. An issuer is found by comparing these encodings. */
    subjectDer: string;
    issuerDer: string;
    hasSubject: boolean;
    /** Attributes of the subject, outermost first, normalized for comparison. */
    subjectRdns: string[];
    /** Clients ignore common names. They are read for messages only. */
    commonNames: string[];
    /** Subject alternative names; empty when the extension is absent. */
    dnsNames: string[];
    ipAddresses: string[];
    notBefore: Date;
    notAfter: Date;
    /** SHA-256 of the DER, upper-case hexadecimal with colons. */
    fingerprint: string;
    /** Hexadecimal. */
    subjectKeyId?: string;
    authorityKeyId?: AuthorityKeyId;
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
    keyUsage?: asn1.KeyUsageType[];
    /** Object identifiers. Absent: all uses are allowed. */
    extendedKeyUsage?: string[];
    /** Object identifiers. */
    criticalExtensions: string[];
    signatureAlgorithm: SignatureAlgorithm;
    /** Subject and issuer are the same, and the signature was made with its own key. */
    selfSigned: boolean;
    x509: X509Certificate;
    pem: string;
}

export interface SignatureAlgorithm {
    /** Object identifier. */
    oid: string;
    /** DER. Only RSASSA-PSS has parameters. */
    parameters?: ArrayBuffer;
}

/** The authority key identifier extension, which names the issuer's key or certificate. All values in hexadecimal. */
interface AuthorityKeyId {
    keyId?: string;
    issuerDer?: string;
    serial?: string;
}

const id_pe_tlsFeature = "1.3.6.1.5.5.7.1.24";
/** Matches the DER of a SEQUENCE OF INTEGER with `status_request` (5) or `status_request_v2` (17). */
const STAPLING = /^30..(?:0201..)*?0201(?:05|11)/;

/** Parses a certificate. Returns undefined when the bytes are not a certificate or Node's OpenSSL cannot parse it. */
export function parseCertificate(der: Uint8Array): Certificate | undefined {
    try {
        const x509 = new X509Certificate(der);
        const structure = AsnConvert.parse(x509.raw, asn1.Certificate);
        const { subject, issuer, validity, extensions = [] } = structure.tbsCertificate;
        const extension = <T>(id: string, type: new () => T): T | undefined => {
            const found = extensions.find(one => one.extnID === id);
            return found && AsnConvert.parse(found.extnValue, type);
        };
        const names = [...(extension(asn1.id_ce_subjectAltName, asn1.SubjectAlternativeName) ?? [])];
        const akid = extension(asn1.id_ce_authorityKeyIdentifier, asn1.AuthorityKeyIdentifier);
        const tlsFeature = extensions.find(one => one.extnID === id_pe_tlsFeature)?.extnValue.buffer;
        const constraints = extension(asn1.id_ce_basicConstraints, asn1.BasicConstraints);
        const subjectDer = hex(AsnConvert.serialize(subject));
        const issuerDer = hex(AsnConvert.serialize(issuer));
        const extendedKeyUsage = extension(asn1.id_ce_extKeyUsage, asn1.ExtendedKeyUsage);
        const { algorithm, parameters } = structure.signatureAlgorithm;
        return {
            version: structure.tbsCertificate.version + 1,
            serial: Buffer.from(structure.tbsCertificate.serialNumber),
            subject: oneLine(x509.subject) || "(no subject)",
            issuer: oneLine(x509.issuer),
            subjectDer,
            issuerDer,
            hasSubject: subject.length > 0,
            subjectRdns: comparableRdns(subject),
            commonNames: [...subject].flatMap(rdn =>
                [...rdn].filter(one => one.type === COMMON_NAME).map(one => one.value.toString()),
            ),
            dnsNames: names.flatMap(name => name.dNSName ?? []),
            ipAddresses: names.flatMap(name => name.iPAddress ?? []),
            notBefore: validity.notBefore.getTime(),
            notAfter: validity.notAfter.getTime(),
            fingerprint: x509.fingerprint256,
            subjectKeyId: subjectKeyIdOf(
                extension(asn1.id_ce_subjectKeyIdentifier, asn1.SubjectKeyIdentifier),
            ),
            authorityKeyId: akid && authorityKeyIdOf(akid),
            nameConstraints: readNameConstraints(extension(asn1.id_ce_nameConstraints, asn1.NameConstraints)),
            mustStaple: tlsFeature !== undefined && STAPLING.test(hex(tlsFeature)),
            hasExplicitCurve: isExplicitCurve(structure.tbsCertificate.subjectPublicKeyInfo.algorithm),
            isCa: constraints?.cA ?? false,
            pathLength: constraints?.pathLenConstraint,
            keyUsage: extension(asn1.id_ce_keyUsage, asn1.KeyUsage)?.toJSON(),
            extendedKeyUsage: extendedKeyUsage && [...extendedKeyUsage],
            criticalExtensions: extensions.filter(one => one.critical).map(one => one.extnID),
            signatureAlgorithm: { oid: algorithm, parameters: parameters ?? undefined },
            selfSigned: subjectDer === issuerDer && signedBy(x509, x509),
            x509,
            pem: writePem("CERTIFICATE", x509.raw),
        };
    } catch {
        return undefined;
    }
}

/** Whether the signature on `certificate` was made with the key of `issuer`. */
export function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    try {
        return certificate.verify(issuer.publicKey);
    } catch {
        return false;
    }
}

const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const SEQUENCE = 0x30;

/** Reads the DER, because Node reports the name of a known curve even when the key specifies the curve by parameters. */
function isExplicitCurve({ algorithm, parameters }: asn1.AlgorithmIdentifier): boolean {
    return algorithm === EC_PUBLIC_KEY && new Uint8Array(parameters ?? new ArrayBuffer(0))[0] === SEQUENCE;
}

const COMMON_NAME = "2.5.4.3";

function subjectKeyIdOf(extension: asn1.SubjectKeyIdentifier | undefined): string | undefined {
    return extension && hex(extension.buffer);
}

function authorityKeyIdOf(extension: asn1.AuthorityKeyIdentifier): AuthorityKeyId {
    const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = extension;
    const issuer = authorityCertIssuer?.find(one => one.directoryName)?.directoryName;
    return {
        keyId: keyIdentifier && hex(keyIdentifier.buffer),
        issuerDer: issuer && hex(AsnConvert.serialize(issuer)),
        serial: authorityCertSerialNumber && hex(authorityCertSerialNumber),
    };
}

function hex(bytes: ArrayBuffer): string {
    return Buffer.from(bytes).toString("hex");
}

/** Node returns a name with one attribute per line. */
function oneLine(name: string | undefined): string {
    return (name ?? "").split("\n").join(", ");
}
