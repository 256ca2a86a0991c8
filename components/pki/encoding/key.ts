import { type Element, Tag } from "../der/element";
import { identifier, isMinimalInteger, readOnly } from "../der/values";
import { checkDer } from "./der-rules";
import type { ReportFault } from "./fault";

const RSA = "1.2.840.113549.1.1.1";
export const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
/** Ed25519, Ed448 and the keys for key exchange (RFC 8410). */
const WITHOUT_PARAMETERS = /^1\.3\.101\.\d+$/;
/** Bytes of a coordinate, by curve: P-256, P-384, P-521, P-224. */
const CURVES: Readonly<Record<string, number>> = {
    "1.2.840.10045.3.1.7": 32,
    "1.3.132.0.34": 48,
    "1.3.132.0.35": 66,
    "1.3.132.0.33": 28,
};

/** Checks the public key and its algorithm (RFC 3279, 2.3, RFC 5480, 2, and RFC 8410, 3). */
export function checkKey({ elements }: Element, report: ReportFault): void {
    const [algorithm, key] = elements;
    const malformed = (what: string) => report("malformed-key", what);
    const type = identifier(algorithm?.elements[0]);
    const parameters = algorithm?.elements[1];
    const isLaidOut =
        elements.length === 2 &&
        algorithm?.tag === Tag.SEQUENCE &&
        algorithm.elements.length <= 2 &&
        type !== "" &&
        key?.tag === Tag.BIT_STRING &&
        key.contents[0] === 0;
    if (!isLaidOut) return malformed("the public key is not an algorithm and a BIT STRING of whole bytes");
    const bytes = key.contents.subarray(1);
    if (type === RSA) {
        if (parameters?.tag !== Tag.NULL) malformed("the algorithm of the RSA key has no NULL parameters");
        checkRsa(bytes, report);
    } else if (type === EC_PUBLIC_KEY) {
        checkPoint(bytes, identifier(parameters), report);
    } else if (WITHOUT_PARAMETERS.test(type) && parameters) {
        malformed("the algorithm of the key has parameters, which RFC 8410 forbids");
    }
}

function checkRsa(bytes: Buffer, report: ReportFault): void {
    const numbers = readOnly(bytes);
    const isValid =
        numbers?.tag === Tag.SEQUENCE &&
        numbers.elements.length === 2 &&
        numbers.elements.every(
            ({ tag, contents }) =>
                tag === Tag.INTEGER && isMinimalInteger(contents) && (contents[0] ?? 0x80) < 0x80,
        );
    if (!isValid) report("malformed-key", "the RSA key is not a SEQUENCE of two positive INTEGERs");
    if (numbers) checkDer(numbers, "the RSA key", report);
}

/** Only uncompressed points are common to all clients (RFC 8446, 4.2.8.2, and RFC 5480, 2.2). */
function checkPoint(bytes: Buffer, curve: string, report: ReportFault): void {
    const size = CURVES[curve];
    if (bytes[0] === 4 && (size === undefined || bytes.length === 1 + 2 * size)) return;
    const compressed = bytes[0] === 2 || bytes[0] === 3;
    report("malformed-key", `the EC key is a ${compressed ? "compressed" : "malformed"} point`);
}
