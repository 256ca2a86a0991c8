import { domainToASCII } from "node:url";
import { type Element, Tag } from "../der/element";
import { identifier } from "../der/values";
import { addressText, GeneralName, hostOfUri, nameText, prefixLength } from "../general-name";
import type { EncodingCode, ReportFault } from "./fault";

/** Checks a distinguished name (RFC 5280, 4.1.2.4). */
export function checkName(name: Element, place: string, report: ReportFault): void {
    for (const rdn of name.elements) {
        if (rdn.tag !== Tag.SET || rdn.elements.length === 0)
            report("malformed-name", `${place} has a part that is not a SET of attributes`);
        for (const attribute of rdn.elements) checkAttribute(attribute, place, report);
    }
}

function checkAttribute({ tag, elements }: Element, place: string, report: ReportFault): void {
    const [type, value] = elements;
    if (tag !== Tag.SEQUENCE || elements.length !== 2 || identifier(type) === "" || !value) {
        report("malformed-name", `${place} has an attribute that is not a type and a value`);
        return;
    }
    const problem = textProblem(value);
    if (problem !== undefined) report("malformed-name", `${place} has ${problem}`);
}

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/;

/** Go also accepts `*` and `&` in a PrintableString, which X.680 forbids; many certificates have them. */
function textProblem({ tag, contents }: Element): string | undefined {
    const text = contents.toString("latin1");
    switch (tag) {
        case Tag.UTF8_STRING:
            return isUtf8(contents) ? undefined : "a UTF8String that is not UTF-8";
        case Tag.PRINTABLE_STRING:
            return PRINTABLE.test(text)
                ? undefined
                : "a PrintableString with characters that it must not have";
        case Tag.NUMERIC_STRING:
            return /^[0-9 ]*$/.test(text) ? undefined : "a NumericString with other characters than digits";
        case Tag.IA5_STRING:
            return isAscii(contents) ? undefined : "an IA5String with characters beyond ASCII";
        case Tag.BMP_STRING:
            return isBmp(contents) ? undefined : "an invalid BMPString";
        case Tag.T61_STRING:
            return undefined;
        default:
            return "a value of an uncommon type";
    }
}

function isUtf8(bytes: Buffer): boolean {
    try {
        new TextDecoder("utf8", { fatal: true, ignoreBOM: true }).decode(bytes);
        return true;
    } catch {
        return false;
    }
}

function isAscii(bytes: Buffer): boolean {
    return bytes.every(byte => byte < 0x80);
}

/** UCS-2 without surrogates and noncharacters. */
function isBmp(bytes: Buffer): boolean {
    if (bytes.length % 2 !== 0) return false;
    const characters = bytes.toString("hex").match(/.{4}/g) ?? [];
    return !characters.some(one => /^(fff[ef]|d[89a-f]..|fd[de].)$/.test(one));
}

/** A host name, with wildcards anywhere: `nameNotCovered` explains those that match nothing. Underscores are common in private names. */
const HOST_NAME = /^(?=.{1,253}$)(?!-)[A-Za-z0-9_*-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_*-]{1,63}(?<!-))*$/;

/** Checks a list of names (RFC 5280, 4.2.1.6). */
export function checkGeneralNames(
    names: readonly Element[],
    place: string,
    code: EncodingCode,
    report: ReportFault,
): void {
    if (names.length === 0) report(code, `${place} is empty`);
    for (const name of names) {
        const problem = generalNameProblem(name);
        if (problem !== undefined) report(code, `${place} has ${problem}`);
        if (name.tag === GeneralName.DIRECTORY)
            for (const one of name.elements) checkName(one, `a directory name in ${place}`, report);
    }
}

const PRIMITIVE_NAMES: readonly number[] = [
    GeneralName.MAIL,
    GeneralName.DNS,
    GeneralName.URI,
    GeneralName.IP_ADDRESS,
    GeneralName.REGISTERED_ID,
];

/** Whether an element has the form of a GeneralName, whatever the name. X.400 addresses and EDI names are not in use. */
export function isGeneralName({ tag, elements }: Element): boolean {
    return PRIMITIVE_NAMES.includes(tag) || isConstructedName(tag, elements);
}

/** A directory name, or a name of another type. */
function isConstructedName(tag: number, elements: readonly Element[]): boolean {
    const [first, second, ...more] = elements;
    if (tag === GeneralName.DIRECTORY) return first?.tag === Tag.SEQUENCE && second === undefined;
    return tag === GeneralName.OTHER && identifier(first) !== "" && second?.tag === 0xa0 && more.length === 0;
}

function generalNameProblem({ tag, contents, elements }: Element): string | undefined {
    switch (tag) {
        case GeneralName.DNS:
            return dnsNameProblem(contents);
        case GeneralName.IP_ADDRESS:
            return addressText(contents) === undefined
                ? `an IP address of ${contents.length} bytes instead of 4 or 16`
                : undefined;
        case GeneralName.MAIL:
            return isMailbox(contents.toString("latin1")) ? undefined : "a mail address that is none";
        case GeneralName.URI:
            return uriProblem(contents);
        case GeneralName.REGISTERED_ID:
            return contents.length > 0 ? undefined : "an empty registered identifier";
        default:
            return isConstructedName(tag, elements)
                ? undefined
                : "a name that is malformed or of an unknown form";
    }
}

/** A mailbox without quotation marks (RFC 5321, 4.1.2). */
function isMailbox(text: string): boolean {
    const [, host] =
        /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(.*)$/.exec(text) ?? [];
    return host !== undefined && HOST_NAME.test(host) && !host.includes("*");
}

function dnsNameProblem(contents: Buffer): string | undefined {
    const name = nameText(contents);
    if (!isAscii(contents)) {
        const ascii = domainToASCII(name);
        const instead = ascii === "" ? "" : ` instead of ${ascii}`;
        return `the name ${JSON.stringify(name)} in Unicode${instead}`;
    }
    if (HOST_NAME.test(name)) return undefined;
    const detail = name === "" ? "an empty name" : `the name ${JSON.stringify(name)}`;
    return `${detail}, which is not a host name`;
}

function uriProblem(contents: Buffer): string | undefined {
    const text = contents.toString("latin1");
    if (!isAscii(contents)) return "a URI with characters beyond ASCII";
    const isUri = /^[A-Za-z][A-Za-z0-9+.-]*:(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-])*$/.test(
        text,
    );
    if (!isUri) return "a URI that is malformed";
    const host = hostOfUri(text);
    return host === undefined || host === "" || HOST_NAME.test(host) || /^\[[0-9A-Fa-f:.]+\]$/.test(host)
        ? undefined
        : "a URI whose host is not a host name";
}

/** Checks the subtrees of name constraints (RFC 5280, 4.2.1.10). */
export function checkSubtree({ tag, elements }: Element, report: ReportFault): void {
    const [base] = elements;
    const malformed = (what: string) => report("malformed-constraints", what);
    if (tag !== Tag.SEQUENCE || !base) return malformed("a name constraint has no name");
    if (elements.length > 1) malformed("a name constraint has a distance, which clients do not support");
    const { contents } = base;
    const text = contents.toString("latin1");
    if (base.tag === GeneralName.IP_ADDRESS) return checkNetwork(contents, report);
    if (base.tag === GeneralName.DNS || base.tag === GeneralName.URI) {
        const name = text.replace(/^\./, "");
        if (!isAscii(contents) || !(text === "" || HOST_NAME.test(name)) || name.includes("*"))
            malformed(`the name constraint ${JSON.stringify(nameText(contents))} is not a domain`);
        // A constraint on URIs is a host name (RFC 5280, 4.2.1.10).
        else if (base.tag === GeneralName.URI && /^[\d.]+$/.test(text))
            malformed(`the name constraint ${JSON.stringify(text)} on URIs is an address`);
    }
    if (
        base.tag === GeneralName.MAIL &&
        !(text.includes("@") ? isMailbox(text) : HOST_NAME.test(text.replace(/^\./, "")))
    )
        malformed("a name constraint on mail addresses is malformed");
    if (base.tag === GeneralName.DIRECTORY)
        for (const name of elements[0]?.elements ?? []) checkName(name, "a name constraint", report);
}

function checkNetwork(contents: Buffer, report: ReportFault): void {
    const { length } = contents;
    if (length !== 8 && length !== 32) {
        const what =
            length === 4 || length === 16
                ? `the name constraint ${addressText(contents)} is an address without a mask`
                : `a name constraint on addresses has ${length} bytes instead of 8 or 32`;
        return report("malformed-constraints", what, "error");
    }
    const mask = contents.subarray(length / 2);
    if (prefixLength(mask) === undefined)
        report("malformed-constraints", `the mask ${addressText(mask)} of a name constraint is not a prefix`);
}
