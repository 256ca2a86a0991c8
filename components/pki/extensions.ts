import { type Element, Tag } from "./der/element";
import { bitsOf, identifier, numberOf, readOnly, smallInteger, tagged, withTag } from "./der/values";
import { addressText, GeneralName, nameText } from "./general-name";

/** Object identifiers of extensions (RFC 5280, 4.2, and RFC 7633). */
export const SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
export const KEY_USAGE = "2.5.29.15";
export const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const ISSUER_ALTERNATIVE_NAME = "2.5.29.18";
export const CRL_DISTRIBUTION_POINTS = "2.5.29.31";
export const CERTIFICATE_POLICIES = "2.5.29.32";
export const POLICY_MAPPINGS = "2.5.29.33";
export const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
export const POLICY_CONSTRAINTS = "2.5.29.36";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
export const INHIBIT_ANY_POLICY = "2.5.29.54";
export const AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
export const TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

/** Extended key usages. */
export const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
export const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/** The authority key identifier extension, which names the issuer's key or certificate. All values in hexadecimal. */
export interface AuthorityKeyId {
    keyId?: string;
    issuerDer?: string;
    serial?: string;
}

const KEY_USAGES = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** The elements of a SEQUENCE, or undefined when the value is something else. */
function sequence(value: Buffer): Element[] | undefined {
    return withTag(readOnly(value), Tag.SEQUENCE)?.elements;
}

export function readBasicConstraints(value: Buffer): { isCa: boolean; pathLength?: number } | undefined {
    const elements = sequence(value);
    if (!elements) return undefined;
    const isCa = elements.find(one => one.tag === Tag.BOOLEAN)?.contents.some(byte => byte !== 0) ?? false;
    return { isCa, pathLength: smallInteger(elements.find(one => one.tag === Tag.INTEGER)) };
}

/** Subject alternative names of the forms that certificates for servers have. */
interface AlternativeNames {
    dnsNames: string[];
    ipAddresses: string[];
    mailAddresses: string[];
    uris: string[];
}

export function readAlternativeNames(value: Buffer): AlternativeNames {
    const names = sequence(value) ?? [];
    const of = (tag: number) => names.filter(one => one.tag === tag).map(one => one.contents);
    return {
        dnsNames: of(GeneralName.DNS).map(nameText),
        ipAddresses: of(GeneralName.IP_ADDRESS).flatMap(contents => addressText(contents) ?? []),
        mailAddresses: of(GeneralName.MAIL).map(nameText),
        uris: of(GeneralName.URI).map(nameText),
    };
}

export function readSubjectKeyId(value: Buffer): string | undefined {
    return withTag(readOnly(value), Tag.OCTET_STRING)?.contents.toString("hex");
}

export function readAuthorityKeyId(value: Buffer): AuthorityKeyId | undefined {
    const elements = sequence(value);
    if (!elements) return undefined;
    const [keyId, issuer, serial] = [0, 1, 2].map(number => tagged(elements, number));
    const directory = issuer?.elements.find(one => one.tag === GeneralName.DIRECTORY)?.elements[0];
    return {
        keyId: keyId?.contents.toString("hex"),
        issuerDer: directory?.encoding.toString("hex"),
        serial: serial?.contents.toString("hex"),
    };
}

const CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

export function readIssuerUrl(value: Buffer): string | undefined {
    const description = sequence(value)?.find(({ elements: [method] }) => identifier(method) === CA_ISSUERS);
    return withTag(description?.elements[1], GeneralName.URI)?.contents.toString("latin1");
}

export function readKeyUsage(value: Buffer): KeyUsage[] | undefined {
    return bitsOf(readOnly(value))?.flatMap(bit => KEY_USAGES[bit] ?? []);
}

export function readExtendedKeyUsage(value: Buffer): string[] | undefined {
    return sequence(value)?.map(identifier);
}

/** `status_request` and `status_request_v2` (RFC 6066, RFC 6961). */
const STAPLING = [5, 17];

export function requiresStapling(value: Buffer): boolean {
    return (sequence(value) ?? []).some(one => STAPLING.includes(numberOf(one.contents) ?? 0));
}
