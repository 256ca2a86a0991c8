import { randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Properties, Value } from "../protocol/values";
import { extendedKeyUsages, keyUsageFlags } from "./key-usages";
import type { SigningKey } from "./signing-key";

const HOUR = 3_600_000;

/** What a certificate is made from, beside the inputs that both kinds of certificate have. */
export interface CertificateParts {
    subject: x509.Name;
    /** The name and key of who signs it. */
    issuer: x509.Name;
    signer: SigningKey;
    publicKey: x509.PublicKey;
    alternativeNames: x509.JsonGeneralNames;
    /** Octets of the issuer's subject key identifier, as hexadecimal digits. */
    authorityKeyId?: string;
}

/** Signs a certificate as the real provider does (Go's crypto/x509), and returns its id and outputs. */
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
        // RFC 5280, 4.2.1.6: critical where the subject is empty.
        ...(alternativeNames.length > 0
            ? [new x509.SubjectAlternativeNameExtension(alternativeNames, subject.toString() === "")]
            : []),
    ];
}

export function allowedUses(value: Value | undefined): string[] {
    return Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
}

/** The first instant at which a certificate counts as due for renewal, from the outputs and the wish of the program. */
export function renewalTime(outputs: Properties, earlyRenewalHours: Value | undefined): Date | undefined {
    const { validityEndTime } = outputs;
    if (typeof validityEndTime !== "string") return undefined;
    return new Date(new Date(validityEndTime).getTime() - Number(earlyRenewalHours ?? 0) * HOUR);
}

/** 128 random bits, as hexadecimal digits. The first is small, so that the number is positive (RFC 5280, 4.1.2.2). */
function randomSerialNumber(): string {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
    return bytes.toString("hex");
}
