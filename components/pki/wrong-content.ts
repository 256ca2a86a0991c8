import type { Finding } from "./finding";
import { type EncodedKind, identifyDer } from "./identify-der";
import type { PemReading } from "./pem";

/** The actual content of a text without the expected PEM block. `der` and `base64`: the expected content in another encoding. */
export type WrongContent = EncodedKind | "empty" | "path" | "der" | "base64" | "joined-lines";

/** The message and the advice of a finding. */
export type ProblemText = readonly [message: string, advice: string];

/** Labels of PEM blocks (RFC 7468, and older labels). */
const LABELS: ReadonlyArray<readonly [RegExp, EncodedKind]> = [
    [/CERTIFICATE REQUEST$/, "request"],
    [/CERTIFICATE$/, "certificate"],
    [/^(PKCS ?#?7|CMS)/, "pkcs7"],
    [/^(PKCS ?#?12|PFX)/, "pfx"],
    [/^ENCRYPTED PRIVATE KEY$/, "encrypted-key"],
    [/PRIVATE KEY$/, "private-key"],
    [/PUBLIC KEY$/, "public-key"],
];

/**
 * Identifies the content of a text that is not a PEM file with the expected block.
 *
 * @returns undefined when the content is not recognized
 */
export function identifyText(text: string, pem: PemReading, expected: EncodedKind): WrongContent | undefined {
    const trimmed = text.trim();
    if (trimmed === "") return "empty";
    const labels = [...pem.blocks.map(block => block.label), ...pem.broken];
    if (labels.length > 0) return LABELS.find(([pattern]) => labels.some(label => pattern.test(label)))?.[1];
    // Entry fields and environment variables join the lines of a file, or separate them by a literal "\n".
    if (trimmed.includes("-----BEGIN ")) return "joined-lines";
    if (!trimmed.includes("\n") && /\.(pem|crt|cer|der|key|p7b|p7c|csr|pfx|p12)$/i.test(trimmed))
        return "path";
    const base64 = trimmed.replace(/\s/g, "");
    if (/^M[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
        const kind = identifyDer(Buffer.from(base64, "base64"));
        return kind === expected ? "base64" : kind;
    }
    const kind = text.startsWith("0") ? identifyBinary(text) : undefined;
    return kind === expected ? "der" : kind;
}

/** Returns the finding for the actual content, with a code for each kind of content, or the finding for unrecognized content. */
export function wrongContentFinding(
    expected: "certificate" | "key",
    actual: WrongContent | undefined,
    texts: Partial<Record<WrongContent, ProblemText>>,
    unrecognized: ProblemText,
): Finding {
    const text = actual && texts[actual];
    const [message, advice] = text ?? unrecognized;
    const code = actual === "empty" ? `${expected}-empty` : `${expected}-is-${actual}`;
    return { code: text ? code : `no-${expected}`, severity: "error", message, advice };
}

/**
 * Identifies a binary file that was decoded as text. Latin-1 preserves all bytes. UTF-8 loses every byte above 127, so a PFX is
 * recognized by its version and PKCS#7 by the end of its object identifier.
 */
function identifyBinary(text: string): WrongContent | undefined {
    const kind = identifyDer(Buffer.from(text, "latin1"));
    if (kind) return kind;
    const start = text.slice(0, 40);
    if (/^0\ufffd.{0,4}\u0002\u0001\u00030/s.test(start)) return "pfx";
    if (/^0\ufffd.{0,4}\u0006\t\*\ufffdH\ufffd+\r\u0001\u0007/s.test(start)) return "pkcs7";
    return /^0[\u0080-\u0084\ufffd]/.test(start) ? "der" : undefined;
}
