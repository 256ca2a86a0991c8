import { type Element, Tag } from "../der/element";
import { type CertificateElements, EXTENSIONS } from "../der/structure";
import { identifier, isMinimalInteger, smallInteger } from "../der/values";
import { timeProblem } from "../time";
import { checkDer } from "./der-rules";
import { checkExtensions } from "./extensions";
import type { EncodingFault, ReportFault } from "./fault";
import { checkKey } from "./key";
import { checkName } from "./names";

export type { EncodingCode, EncodingFault } from "./fault";

/**
 * Finds every deviation from DER and from the syntax of RFC 5280, section 4. Some parsers refuse each of them (Go's is the strictest of
 * the common ones), others accept most.
 */
export function findEncodingFaults(structure: CertificateElements, der: Buffer): EncodingFault[] {
    const faults = new Map<string, EncodingFault>();
    const report: ReportFault = (code, what, severity = "warning") =>
        faults.set(`${code} ${what}`, { code, what, severity });
    const { certificate, validity } = structure;
    if (certificate.encoding.length !== der.length)
        report("trailing-data", `${der.length - certificate.encoding.length} bytes follow the certificate`);
    checkDer(certificate, "the certificate", report);
    checkLayout(structure, report);
    checkVersion(structure, report);
    checkName(structure.issuer, "the issuer", report);
    checkName(structure.subject, "the subject", report);
    const [notBefore, notAfter, ...more] = validity.elements;
    if (more.length > 0) report("malformed-time", "the validity has more than two times", "error");
    for (const [name, time] of Object.entries({ notBefore, notAfter })) {
        const problem = time ? timeProblem(time) : "is missing";
        if (problem !== undefined) report("malformed-time", `${name} ${problem}`, "error");
    }
    checkKey(structure.subjectPublicKeyInfo, report);
    checkExtensions(structure.extensions, report);
    return [...faults.values()];
}

/** Number and types of the elements of the certificate. */
function checkLayout(structure: CertificateElements, report: ReportFault): void {
    const { certificate, tbsCertificate, serialNumber, others } = structure;
    const { signature, signatureAlgorithm, signatureValue } = structure;
    const malformed = (what: string) => report("not-der", what);
    if (certificate.elements.length !== 3) malformed("the certificate has more than three parts");
    for (const [name, { tag }] of Object.entries({ certificate, tbsCertificate }))
        if (tag !== Tag.SEQUENCE) malformed(`${name} is not a SEQUENCE`);
    for (const name of ["issuer", "validity", "subject", "subjectPublicKeyInfo"] as const)
        if (structure[name].tag !== Tag.SEQUENCE) malformed(`${name} is not a SEQUENCE`);
    if (serialNumber.tag !== Tag.INTEGER) malformed("the serial number is not an INTEGER");
    if (signatureValue.tag !== Tag.BIT_STRING || signatureValue.contents[0] !== 0)
        malformed("the signature is not a BIT STRING of whole bytes");
    if (others.some((one, i) => !OTHERS.includes(one.tag) || one.tag <= (others[i - 1]?.tag ?? 0)))
        malformed("unknown elements follow the public key");
    if (!signature.encoding.equals(signatureAlgorithm.encoding))
        report(
            "algorithm-mismatch",
            "the signature algorithm is given twice, with different values",
            "error",
        );
    checkAlgorithm(signatureAlgorithm, "the signature algorithm", report);
}

/** `[1]` and `[2]`: unique identifiers; then the extensions. Each at most once, in this order. */
const OTHERS: readonly number[] = [0x81, 0x82, EXTENSIONS];

function checkAlgorithm({ tag, elements }: Element, name: string, report: ReportFault): void {
    const isValid = tag === Tag.SEQUENCE && elements.length <= 2 && identifier(elements[0]) !== "";
    if (!isValid) report("not-der", `${name} is not an AlgorithmIdentifier`);
    // RFC 5758, 3.2 and RFC 8410, 3: only algorithms with RSA have parameters.
    const withoutParameters = /^(1\.2\.840\.10045\.4\.|1\.3\.101\.)/.test(identifier(elements[0]));
    if (withoutParameters && elements.length > 1)
        report("malformed-extension", `${name} has parameters, which RFC 5758 forbids`);
}

function checkVersion({ version, others, extensions }: CertificateElements, report: ReportFault): void {
    const value = version?.elements[0];
    const number = version ? smallInteger(value) : 0;
    if (version && (version.elements.length !== 1 || !value || !isMinimalInteger(value.contents)))
        report("not-der", "the version is not an INTEGER");
    if (version && number === 0) report("not-der", "the version is 1 and given explicitly");
    if (number === undefined || number > 2) {
        const what = number === undefined ? "is not a number of RFC 5280" : `is ${number + 1}`;
        report("version-mismatch", `the version ${what}; the highest is 3`, "error");
        return;
    }
    const hasExtensions = others.some(one => one.tag === EXTENSIONS);
    if (number < 2 && hasExtensions)
        report("version-mismatch", `the version is ${number + 1}, which has no extensions`, "error");
    if (number < 1 && others.some(one => one.tag !== EXTENSIONS))
        report("version-mismatch", "the version is 1, which has no unique identifiers");
    if (hasExtensions && extensions.length === 0)
        report("malformed-extension", "the list of extensions is empty");
}
