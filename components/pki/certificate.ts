import { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import { writePem } from "./pem";

/** What the rules look at. */
export interface Certificate {
    /** For people, e.g. `CN=score.contoso.com, O=Contoso`. */
    subject: string;
    issuer: string;
    /** The encoded names: equal encodings are how issuer and subject are matched here. */
    subjectDer: string;
    issuerDer: string;
    /** Subject alternative names; empty when there is no such extension. */
    dnsNames: string[];
    ipAddresses: string[];
    notBefore: Date;
    notAfter: Date;
    /** SHA-256 of the encoding, upper-case hex with colons. */
    fingerprint: string;
    /** `basicConstraints` says that it may issue others. */
    isCa: boolean;
    /** How many intermediates may follow below it. */
    pathLength?: number;
    /** Absent: every use is allowed. */
    keyUsage?: asn1.KeyUsageType[];
    /** Object identifiers. Absent: every use is allowed. */
    extendedKeyUsage?: string[];
    /** Object identifiers of critical extensions that TLS clients do not process. */
    unknownCriticalExtensions: string[];
    /** Object identifier. */
    signatureAlgorithm: string;
    /** Its own key signed it: the end of every chain. */
    selfSigned: boolean;
    x509: X509Certificate;
    pem: string;
}

/** RFC 5280 extensions that OpenSSL, Go, Java and the browsers process. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
    asn1.id_ce_basicConstraints,
    asn1.id_ce_keyUsage,
    asn1.id_ce_extKeyUsage,
    asn1.id_ce_subjectAltName,
    asn1.id_ce_nameConstraints,
    asn1.id_ce_certificatePolicies,
    asn1.id_ce_policyConstraints,
    asn1.id_ce_policyMappings,
    asn1.id_ce_inhibitAnyPolicy,
    asn1.id_ce_cRLDistributionPoints,
    asn1.id_ce_subjectKeyIdentifier,
    asn1.id_ce_authorityKeyIdentifier,
]);

/** Reads a certificate. Undefined when the bytes are none, or one that Node's OpenSSL cannot take. */
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
        const constraints = extension(asn1.id_ce_basicConstraints, asn1.BasicConstraints);
        const subjectDer = hex(AsnConvert.serialize(subject));
        const issuerDer = hex(AsnConvert.serialize(issuer));
        const extendedKeyUsage = extension(asn1.id_ce_extKeyUsage, asn1.ExtendedKeyUsage);
        return {
            subject: oneLine(x509.subject) || "(no subject)",
            issuer: oneLine(x509.issuer),
            subjectDer,
            issuerDer,
            dnsNames: names.flatMap(name => name.dNSName ?? []),
            ipAddresses: names.flatMap(name => name.iPAddress ?? []),
            notBefore: validity.notBefore.getTime(),
            notAfter: validity.notAfter.getTime(),
            fingerprint: x509.fingerprint256,
            isCa: constraints?.cA ?? false,
            pathLength: constraints?.pathLenConstraint,
            keyUsage: extension(asn1.id_ce_keyUsage, asn1.KeyUsage)?.toJSON(),
            extendedKeyUsage: extendedKeyUsage && [...extendedKeyUsage],
            unknownCriticalExtensions: extensions
                .filter(one => one.critical && !KNOWN_EXTENSIONS.has(one.extnID))
                .map(one => one.extnID),
            signatureAlgorithm: structure.signatureAlgorithm.algorithm,
            selfSigned: subjectDer === issuerDer && signedBy(x509, x509),
            x509,
            pem: writePem("CERTIFICATE", x509.raw),
        };
    } catch {
        return undefined;
    }
}

/** Whether the key of `issuer` made the signature on `certificate`. */
export function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    try {
        return certificate.verify(issuer.publicKey);
    } catch {
        return false;
    }
}

function hex(bytes: ArrayBuffer): string {
    return Buffer.from(bytes).toString("hex");
}

/** Node prints a name as one attribute a line. */
function oneLine(name: string | undefined): string {
    return (name ?? "").split("\n").join(", ");
}
