import { randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Properties, Value } from "../protocol/values";
import { extendedKeyUsages, keyUsageFlags } from "./key-usages";
import type { SigningKey } from "./signing-key";

const HOUR = 3_600_000;

/** The parts of a certificate that its two resource types determine differently. */
interface CertificateParts {
    subject: x509.Name;
    issuer: x509.Name;
    /** The key of the issuer. */
    signer: SigningKey;
    publicKey: x509.PublicKey;
    alternativeNames: x509.JsonGeneralNames;
    /** The subject key identifier of the issuer, as hexadecimal digits. */
    authorityKeyId?: string;
}

/** Signs a certificate with the same contents as the real provider, which uses Go's crypto/x509. */
export async function signCertificate(
    inputs: Properties,
    parts: CertificateParts,
    now: Date,
): Promise<{ id: string; outputs: Properties }> {
    const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const notAfter = new Date(notBefore.getTime() + Number(inputs.validityPeriodHours) * HOUR);
    const serialNumber = randomSerialNumber();
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber,
        subject: parts.subject,
        issuer: parts.issuer,
        notBefore,
        notAfter,
        publicKey: parts.publicKey,
        signingKey: parts.signer.keys.privateKey,
        signingAlgorithm: parts.signer.algorithm,
        extensions: await extensions(inputs, parts),
    });
    return {
        id: BigInt(`0x${serialNumber}`).toString(),
        outputs: {
            certPem: `${certificate.toString("pem")}\n`,
            validityStartTime: notBefore.toISOString(),
            validityEndTime: notAfter.toISOString(),
            readyForRenewal: Number(inputs.earlyRenewalHours) >= Number(inputs.validityPeriodHours),
        },
    };
}

async function extensions(inputs: Properties, parts: CertificateParts): Promise<x509.Extension[]> {
    const uses = allowedUses(inputs.allowedUses);
    const flags = keyUsageFlags(uses);
    const purposes = extendedKeyUsages(uses);
    const authority = inputs.isCaCertificate === true;
    const pathLength =
        authority && typeof inputs.maxPathLength === "number" ? inputs.maxPathLength : undefined;
    const withKeyId = authority || inputs.setSubjectKeyId === true;
    const { alternativeNames, authorityKeyId, publicKey, subject } = parts;
    return [
        ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
        ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
        new x509.BasicConstraintsExtension(authority, pathLength, true),
        ...(withKeyId ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : []),
        ...(authorityKeyId ? [new x509.AuthorityKeyIdentifierExtension(authorityKeyId)] : []),
        // Critical if the subject is empty (RFC 5280, 4.2.1.6).
        ...(alternativeNames.length > 0
            ? [new x509.SubjectAlternativeNameExtension(alternativeNames, subject.toString() === "")]
            : []),
    ];
}

export function allowedUses(value: Value | undefined): string[] {
    return Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
}

/** The time from which a certificate is due for renewal: `earlyRenewalHours` before its end. */
export function renewalTime(outputs: Properties, earlyRenewalHours: Value | undefined): Date | undefined {
    const { validityEndTime } = outputs;
    if (typeof validityEndTime !== "string") return undefined;
    return new Date(new Date(validityEndTime).getTime() - Number(earlyRenewalHours ?? 0) * HOUR);
}

/** 16 random bytes, as hexadecimal digits. The first bit is 0, so that the number is positive (RFC 5280, 4.1.2.2). */
function randomSerialNumber(): string {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
    return bytes.toString("hex");
}
