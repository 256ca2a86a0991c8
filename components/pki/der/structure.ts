import { type Element, Tag, readElement } from "./element";
import { identifier, withTag } from "./values";

/** The elements of a certificate (RFC 5280, 4.1), by their names in the RFC. */
export interface CertificateElements {
    /** The whole certificate. */
    certificate: Element;
    tbsCertificate: Element;
    /** Absent in version 1. */
    version?: Element;
    serialNumber: Element;
    /** The algorithm inside of the signed part. */
    signature: Element;
    issuer: Element;
    validity: Element;
    subject: Element;
    subjectPublicKeyInfo: Element;
    /** Everything after the key: the unique identifiers and the extensions. */
    others: Element[];
    signatureAlgorithm: Element;
    signatureValue: Element;
    extensions: ExtensionElements[];
}

/** An extension (RFC 5280, 4.2). */
export interface ExtensionElements {
    extension: Element;
    /** Empty when it cannot be read. */
    oid: string;
    critical: boolean;
    /** Empty when it is missing. */
    value: Buffer;
}

const VERSION = 0xa0;
/** The tag of the list of extensions. */
export const EXTENSIONS = 0xa3;

/** Reads the structure of a certificate. Returns undefined when the bytes have another structure. */
export function readStructure(der: Buffer): CertificateElements | undefined {
    const certificate = readElement(der);
    const [tbsCertificate, signatureAlgorithm, signatureValue] = certificate?.elements ?? [];
    if (!certificate || !tbsCertificate || !signatureAlgorithm || !signatureValue) return undefined;
    const version = withTag(tbsCertificate.elements[0], VERSION);
    const [serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, ...others] =
        tbsCertificate.elements.slice(version ? 1 : 0);
    if (!serialNumber || !signature || !issuer || !validity || !subject || !subjectPublicKeyInfo)
        return undefined;
    const list = others.find(one => one.tag === EXTENSIONS)?.elements[0]?.elements ?? [];
    return {
        ...{ certificate, tbsCertificate, version, serialNumber, signature, issuer, validity, subject },
        ...{ subjectPublicKeyInfo, others, signatureAlgorithm, signatureValue },
        extensions: list.map(readExtension),
    };
}

function readExtension(extension: Element): ExtensionElements {
    const [oid, ...rest] = extension.elements;
    const critical = withTag(rest[0], Tag.BOOLEAN);
    const value = rest.find(one => one.tag === Tag.OCTET_STRING);
    return {
        extension,
        oid: identifier(oid),
        critical: critical !== undefined && critical.contents.some(byte => byte !== 0),
        value: value?.contents ?? Buffer.alloc(0),
    };
}
