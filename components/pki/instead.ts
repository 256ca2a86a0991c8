import type { Finding } from "./finding";
import { type EncodedKind, identify } from "./identify";
import type { PemReading } from "./pem";

/** What a text without the block that is asked for turns out to be. `der`, `base64`: the right thing in another form. */
export type Instead = EncodedKind | "empty" | "path" | "der" | "base64" | "joined-lines";

/** A message and an advice. */
export type Saying = readonly [message: string, advice: string];

/** Block labels (RFC 7468, and those that programs wrote before it). */
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
 * Says what a text is instead of a PEM file with the wanted block.
 *
 * @returns nothing when it is junk
 */
export function identifyText(text: string, pem: PemReading, wanted: EncodedKind): Instead | undefined {
    const trimmed = text.trim();
    if (trimmed === "") return "empty";
    const labels = [...pem.blocks.map(block => block.label), ...pem.broken];
    if (labels.length > 0) return LABELS.find(([pattern]) => labels.some(label => pattern.test(label)))?.[1];
    // What entry fields and environment variables make of a file: one line, or "\n" spelled out.
    if (trimmed.includes("-----BEGIN ")) return "joined-lines";
    if (!trimmed.includes("\n") && /\.(pem|crt|cer|der|key|p7b|p7c|csr|pfx|p12)$/i.test(trimmed))
        return "path";
    const base64 = trimmed.replace(/\s/g, "");
    if (/^M[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
        const kind = identify(Buffer.from(base64, "base64"));
        return kind === wanted ? "base64" : kind;
    }
    const kind = text.startsWith("0") ? identifyBinary(text) : undefined;
    return kind === wanted ? "der" : kind;
}

/** The finding for what is there instead. Each thing has its own code; what nothing is said about is junk. */
export function insteadFinding(
    wanted: "certificate" | "key",
    found: Instead | undefined,
    sayings: Partial<Record<Instead, Saying>>,
    junk: Saying,
): Finding {
    const saying = found && sayings[found];
    const [message, advice] = saying ?? junk;
    const code = found === "empty" ? `${wanted}-empty` : `${wanted}-is-${found}`;
    return { code: saying ? code : `no-${wanted}`, severity: "error", message, advice };
}

/**
 * A binary file that somebody read as text. As Latin-1 all of it is there; as UTF-8 every byte above 127 is lost, which
 * leaves the version of a PFX and the end of PKCS#7's identifier to know it by.
 */
function identifyBinary(text: string): Instead | undefined {
    const kind = identify(Buffer.from(text, "latin1"));
    if (kind) return kind;
    const start = text.slice(0, 40);
    if (/^0\ufffd.{0,4}\u0002\u0001\u00030/s.test(start)) return "pfx";
    if (/^0\ufffd.{0,4}\u0006\t\*\ufffdH\ufffd+\r\u0001\u0007/s.test(start)) return "pkcs7";
    return /^0[\u0080-\u0084\ufffd]/.test(start) ? "der" : undefined;
}
