import { type Element, Tag } from "../der/element";
import { isIdentifier, isMinimalInteger, objectIdentifier } from "../der/values";
import type { ReportFault } from "./fault";

/** Checks tags, lengths and values of an element and everything inside against DER (X.690, 8 to 11). */
export function checkDer(element: Element, place: string, report: ReportFault): void {
    if (element.deviation !== undefined) report("not-der", `in ${place} ${element.deviation}`);
    checkValues(element, place, report);
}

function checkValues(element: Element, place: string, report: ReportFault): void {
    const problem = problemOf(element);
    if (problem !== undefined) report("not-der", `${place} has ${problem}`);
    for (const inner of element.elements) checkValues(inner, place, report);
}

function problemOf({ tag, contents }: Element): string | undefined {
    switch (tag) {
        case Tag.BOOLEAN:
            return contents.length === 1 && (contents[0] === 0 || contents[0] === 0xff)
                ? undefined
                : "a BOOLEAN that is neither 00 nor FF";
        case Tag.INTEGER:
            return isMinimalInteger(contents)
                ? undefined
                : "an INTEGER with unnecessary bytes, or without any";
        case Tag.NULL:
            return contents.length === 0 ? undefined : "a NULL with contents";
        case Tag.OID:
            return identifierProblem(contents);
        case Tag.BIT_STRING:
            return bitStringProblem(contents);
        default:
            return tagProblem(tag);
    }
}

function identifierProblem(contents: Buffer): string | undefined {
    if (!isIdentifier(contents)) return "an invalid OBJECT IDENTIFIER";
    // Go's numbers have 31 bits.
    const numbers = objectIdentifier(contents).split(".");
    return numbers.some(number => Number(number) >= 2 ** 31)
        ? "an OBJECT IDENTIFIER with a number above 2^31"
        : undefined;
}

function bitStringProblem(contents: Buffer): string | undefined {
    const unused = contents[0];
    if (unused === undefined || unused > 7 || (unused > 0 && contents.length === 1))
        return "an invalid BIT STRING";
    const last = contents.length > 1 ? (contents.at(-1) ?? 0) : 0;
    return (last & ((1 << unused) - 1)) === 0 ? undefined : "a BIT STRING whose unused bits are not zero";
}

const CONSTRUCTED = 0x20;
const CONSTRUCTED_TYPES: readonly number[] = [Tag.SEQUENCE, Tag.SET];

/** In DER only SEQUENCE and SET are constructed, and always. Context tags depend on the type inside. */
function tagProblem(tag: number): string | undefined {
    if (tag >= 0x80) return tag < 0xc0 ? undefined : "a private tag";
    if (tag >= 0x40) return "a tag of an application";
    const isConstructed = (tag & CONSTRUCTED) !== 0;
    return isConstructed === CONSTRUCTED_TYPES.includes(tag | CONSTRUCTED)
        ? undefined
        : "an element of a type that is split, or not split, against DER";
}
