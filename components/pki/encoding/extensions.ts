import { type Element, Tag, readElement } from "../der/element";
import type { ExtensionElements } from "../der/structure";
import { identifier, isMinimalInteger, numberOf } from "../der/values";
import * as oids from "../extensions";
import { NAME_CONSTRAINTS } from "../name-constraints";
import { checkDer } from "./der-rules";
import type { ReportFault } from "./fault";
import { checkGeneralNames, checkSubtree, isGeneralName } from "./names";

/** Checks the list of extensions and the contents of those that clients process (RFC 5280, 4.2). */
export function checkExtensions(extensions: readonly ExtensionElements[], report: ReportFault): void {
    const seen = new Set<string>();
    for (const one of extensions) {
        const name = NAMES[one.oid] ?? one.oid;
        if (one.oid !== "" && seen.has(one.oid))
            report(
                "duplicate-extension",
                `the extension ${name} occurs more than once`,
                READ_BY_OPENSSL.has(one.oid) ? "error" : "warning",
            );
        seen.add(one.oid);
        checkLayout(one, name, report);
        const check = CHECKS[one.oid];
        if (check) checkContents(one.value, name, check, report);
    }
}

function checkLayout({ extension, oid }: ExtensionElements, name: string, report: ReportFault): void {
    const types = extension.elements.map(one => one.tag);
    const [first, second, third] = types;
    const isLaidOut =
        extension.tag === Tag.SEQUENCE &&
        oid !== "" &&
        first === Tag.OID &&
        (types.length === 2
            ? second === Tag.OCTET_STRING
            : types.length === 3 && second === Tag.BOOLEAN && third === Tag.OCTET_STRING);
    if (!isLaidOut) report("malformed-extension", `the extension ${name || "without name"} is malformed`);
}

/** OpenSSL reads these extensions of every certificate, and refuses a certificate that has one twice. */
const READ_BY_OPENSSL: ReadonlySet<string> = new Set([
    oids.SUBJECT_KEY_IDENTIFIER,
    oids.KEY_USAGE,
    oids.SUBJECT_ALTERNATIVE_NAME,
    oids.BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    oids.CRL_DISTRIBUTION_POINTS,
    oids.AUTHORITY_KEY_IDENTIFIER,
    oids.EXTENDED_KEY_USAGE,
]);

type Check = (value: Element, name: string, report: ReportFault) => void;

function checkContents(value: Buffer, name: string, check: Check, report: ReportFault): void {
    const element = readElement(value);
    if (!element) return report("malformed-extension", `the extension ${name} cannot be read`);
    if (element.encoding.length !== value.length)
        report("malformed-extension", `bytes follow the contents of the extension ${name}`);
    checkDer(element, `the extension ${name}`, report);
    check(element, name, report);
}

/** A check that the contents have this form. */
function form(isValid: (value: Element) => boolean): Check {
    return (value, name, report) => {
        if (!isValid(value))
            report("malformed-extension", `the contents of the extension ${name} are malformed`);
    };
}

/** A SEQUENCE of at least one element, each of this form. */
const sequenceOf = (isValid: (element: Element) => boolean) =>
    form(({ tag, elements }) => tag === Tag.SEQUENCE && elements.length > 0 && elements.every(isValid));

/** A SEQUENCE whose elements are optional and in the order of these tags. */
function hasOptional({ tag, elements }: Element, tags: readonly number[]): boolean {
    const places = elements.map(one => tags.indexOf(one.tag));
    return tag === Tag.SEQUENCE && places.every((place, i) => place > (places[i - 1] ?? -1));
}

const isOid = (element: Element): boolean => identifier(element) !== "";

const isBasicConstraints = (value: Element): boolean =>
    hasOptional(value, [Tag.BOOLEAN, Tag.INTEGER]) &&
    value.elements.every(one => one.tag !== Tag.INTEGER || numberOf(one.contents) !== undefined);

const isKeyUsage = ({ tag, contents }: Element): boolean =>
    tag === Tag.BIT_STRING && contents.subarray(1).some(byte => byte !== 0);

/** `issuer` and `serialNumber` only together. */
const isAuthorityKeyId = (value: Element): boolean =>
    hasOptional(value, [0x80, 0xa1, 0x82]) &&
    value.elements.some(one => one.tag === 0xa1) === value.elements.some(one => one.tag === 0x82) &&
    value.elements.every(one => one.tag !== 0xa1 || one.elements.every(isGeneralName)) &&
    value.elements.every(one => one.tag !== 0x82 || isMinimalInteger(one.contents)) &&
    value.elements.every(one => one.tag !== 0x80 || one.contents.length > 0);

const isAccessDescription = ({ tag, elements }: Element): boolean =>
    tag === Tag.SEQUENCE &&
    elements.length === 2 &&
    isOid(elements[0] as Element) &&
    isGeneralName(elements[1] as Element);

const isDistributionPointName = ({ tag, elements }: Element): boolean =>
    tag === 0xa1 || (tag === 0xa0 && elements.length > 0 && elements.every(isGeneralName));

/** Either a name in `[0]`, or relative to the issuer's name in `[1]`; then the reasons and the issuer of the list. */
const isDistributionPoint = (value: Element): boolean =>
    hasOptional(value, [0xa0, 0x81, 0xa2]) &&
    value.elements.every(
        ({ tag, elements, contents }) =>
            (tag !== 0xa0 || (elements.length === 1 && isDistributionPointName(elements[0] as Element))) &&
            (tag !== 0xa2 || elements.every(isGeneralName)) &&
            (tag !== 0x81 || contents.length > 1),
    ) &&
    value.elements.length > 0;

const areNumbers = (elements: readonly Element[]): boolean =>
    elements.length > 0 &&
    elements.every(({ contents }) => isMinimalInteger(contents) && numberOf(contents) !== undefined);

const checkAlternativeNames: Check = ({ tag, elements }, name, report) => {
    if (tag !== Tag.SEQUENCE)
        return report("malformed-extension", `the contents of the extension ${name} are malformed`);
    checkGeneralNames(elements, name, "malformed-alternative-name", report);
};

const checkPolicies: Check = ({ tag, elements }, name, report) => {
    const policies = elements.map(({ elements: [policy] }) => identifier(policy));
    const isValid =
        tag === Tag.SEQUENCE &&
        elements.length > 0 &&
        policies.every(policy => policy !== "") &&
        elements.every(
            one =>
                one.tag === Tag.SEQUENCE &&
                one.elements.length <= 2 &&
                (one.elements[1]?.tag ?? Tag.SEQUENCE) === Tag.SEQUENCE,
        );
    if (!isValid) report("malformed-extension", `the contents of the extension ${name} are malformed`);
    if (new Set(policies).size < policies.length)
        report("malformed-extension", `the extension ${name} has a policy more than once`);
};

const checkConstraints: Check = (value, _, report) => {
    const subtrees = value.elements.flatMap(one => one.elements);
    if (!hasOptional(value, [0xa0, 0xa1]))
        report("malformed-constraints", "the name constraints are malformed");
    if (subtrees.length === 0) report("malformed-constraints", "the name constraints are empty");
    for (const subtree of subtrees) checkSubtree(subtree, report);
};

const isPolicyMapping = ({ tag, elements }: Element): boolean =>
    tag === Tag.SEQUENCE && elements.length === 2 && elements.every(isOid);

const CHECKS: Readonly<Record<string, Check>> = {
    [oids.SUBJECT_KEY_IDENTIFIER]: form(one => one.tag === Tag.OCTET_STRING && one.contents.length > 0),
    [oids.KEY_USAGE]: form(isKeyUsage),
    [oids.SUBJECT_ALTERNATIVE_NAME]: checkAlternativeNames,
    [oids.ISSUER_ALTERNATIVE_NAME]: checkAlternativeNames,
    [oids.BASIC_CONSTRAINTS]: form(isBasicConstraints),
    [NAME_CONSTRAINTS]: checkConstraints,
    [oids.CRL_DISTRIBUTION_POINTS]: sequenceOf(isDistributionPoint),
    [oids.CERTIFICATE_POLICIES]: checkPolicies,
    [oids.POLICY_MAPPINGS]: sequenceOf(isPolicyMapping),
    [oids.AUTHORITY_KEY_IDENTIFIER]: form(isAuthorityKeyId),
    [oids.POLICY_CONSTRAINTS]: form(value => hasOptional(value, [0x80, 0x81]) && areNumbers(value.elements)),
    [oids.EXTENDED_KEY_USAGE]: sequenceOf(isOid),
    [oids.INHIBIT_ANY_POLICY]: form(one => one.tag === Tag.INTEGER && areNumbers([one])),
    [oids.AUTHORITY_INFORMATION_ACCESS]: sequenceOf(isAccessDescription),
    [oids.TLS_FEATURE]: sequenceOf(one => one.tag === Tag.INTEGER),
};

const NAMES: Readonly<Record<string, string>> = {
    [oids.SUBJECT_KEY_IDENTIFIER]: "subjectKeyIdentifier",
    [oids.KEY_USAGE]: "keyUsage",
    [oids.SUBJECT_ALTERNATIVE_NAME]: "subjectAltName",
    [oids.ISSUER_ALTERNATIVE_NAME]: "issuerAltName",
    [oids.BASIC_CONSTRAINTS]: "basicConstraints",
    [NAME_CONSTRAINTS]: "nameConstraints",
    [oids.CRL_DISTRIBUTION_POINTS]: "cRLDistributionPoints",
    [oids.CERTIFICATE_POLICIES]: "certificatePolicies",
    [oids.POLICY_MAPPINGS]: "policyMappings",
    [oids.AUTHORITY_KEY_IDENTIFIER]: "authorityKeyIdentifier",
    [oids.POLICY_CONSTRAINTS]: "policyConstraints",
    [oids.EXTENDED_KEY_USAGE]: "extKeyUsage",
    [oids.INHIBIT_ANY_POLICY]: "inhibitAnyPolicy",
    [oids.AUTHORITY_INFORMATION_ACCESS]: "authorityInfoAccess",
    [oids.TLS_FEATURE]: "TLS feature",
};
