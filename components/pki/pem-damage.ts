/** A line of a text with its number, from 1. */
export interface NumberedLine {
    text: string;
    number: number;
}

/** Why a block of a PEM text cannot be read. */
export interface PemDamage {
    /** From 1. */
    line: number;
    /** The label of the block, if it is known. */
    label?: string;
    /** What is wrong, without contents of the block, which can be a key. */
    what: string;
}

/** A line that was meant as BEGIN or END. */
export interface DamagedBoundary extends PemDamage {
    boundary: "BEGIN" | "END";
}

/** Hyphens, dashes and minus signs that word processors and chat programs write instead of `-`. */
const DASH = "[-\\u00ad\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d]";
const KIND =
    "(?:CERTIFICATE REQUEST|CERTIFICATE|PRIVATE KEY|PUBLIC KEY|PKCS ?#?7|PKCS ?#?12|CMS|X509 CRL|(?:EC|DH|DSA) PARAMETERS)";
const QUALIFIER = "(?:(?:RSA|EC|DSA|ENCRYPTED|OPENSSH|TRUSTED|X509|NEW|ANY)\\s+)?";
/** The words of a boundary with at least one dash on one side. */
const WORDS = `(BEGIN|END)[\\s_]*(${QUALIFIER}${KIND})`;
const NEARLY = new RegExp(`(${DASH}+)?([^\\S\\n]*)${WORDS}([^\\S\\n]*)(${DASH}+)?`, "iu");
/** Longer lines are not boundaries, and a regular expression takes long for them. */
const LONGEST_BOUNDARY = 1000;

/** Recognizes a BEGIN or END line that differs from the exact form: other dashes, text on the same line, lower case. */
export function boundaryDamage(line: string, number: number): DamagedBoundary | undefined {
    if (line.length > LONGEST_BOUNDARY || !/BEGIN|END/i.test(line)) return undefined;
    const found = NEARLY.exec(line);
    if (!found) return undefined;
    const [all, left = "", , word = "", name = "", , right = ""] = found;
    if (left === "" && right === "") return undefined;
    const boundary = word.toUpperCase() as "BEGIN" | "END";
    const label = name.toUpperCase().replace(/\s+/g, " ");
    const before = line.slice(0, found.index).trim() !== "";
    const after = line.slice(found.index + all.length).trim() !== "";
    return { line: number, label, boundary, what: problemOf(`${boundary} ${label}`) };

    function problemOf(shown: string): string {
        if (/[^-]/u.test(left + right))
            return `the dashes of ${shown} are other characters than - (as word processors write them)`;
        if (left.length !== 5 || right.length !== 5)
            return `${shown} has ${left.length} dashes before it and ${right.length} after it instead of 5`;
        if (before) return `${shown} has other text before it on the same line`;
        if (after) return `${shown} has other text after it on the same line`;
        return `the line must be exactly -----${shown}-----`;
    }
}

const NOT_BASE64 = /[^A-Za-z0-9+/=\s]/u;

/** Finds the line that makes the text of a block invalid Base64. Node would ignore invalid characters and hide that a file is damaged. */
export function base64Damage(lines: readonly NumberedLine[], first: number): PemDamage | undefined {
    if (lines.length === 0) return { line: first, what: "the block is empty" };
    for (const { text, number } of lines) {
        const [character] = NOT_BASE64.exec(text) ?? [];
        if (character === undefined) continue;
        return {
            line: number,
            what:
                character > "\u007f"
                    ? "bytes that are not ASCII, as after a change of the character encoding (bad UTF-8)"
                    : "a character that Base64 does not have",
        };
    }
    const padded = lines.find(
        ({ text }, at) => /=(?!=*$)/.test(text) || (at < lines.length - 1 && text.endsWith("=")),
    );
    if (padded) return { line: padded.number, what: "the Base64 text ends (=) before the END line" };
    const length = lines.reduce((sum, { text }) => sum + text.replace(/\s/g, "").length, 0);
    if (length % 4 === 0 && !lines.at(-1)?.text.endsWith("===")) return undefined;
    const width = lines[0]?.text.length ?? 0;
    const odd = lines.slice(0, -1).find(({ text }) => text.length !== width) ?? lines.at(-1);
    return { line: odd?.number ?? first, what: "characters are missing or superfluous in the Base64 text" };
}

/** Compares the length that the outermost DER element states with the number of bytes. */
export function lengthDamage(
    der: Buffer,
    { first, last }: { first: number; last: number },
): PemDamage | undefined {
    const stated = statedLength(der);
    if (stated === undefined || stated <= der.length) return undefined;
    const what = `the block up to line ${last} has ${der.length} bytes, but its contents state ${stated}: lines are missing`;
    return { line: first, what };
}

/** The length of a DER SEQUENCE with its header, or undefined for other contents and for indefinite lengths. */
export function statedLength(der: Buffer): number | undefined {
    const size = der[1] ?? 0;
    if (der[0] !== 0x30 || size === 0x80) return undefined;
    if (size < 0x80) return 2 + size;
    const bytes = size - 0x80;
    if (bytes > 4 || der.length < 2 + bytes) return undefined;
    return 2 + bytes + der.readUIntBE(2, bytes);
}

/** Fewer characters are not a block, but for example a fingerprint. */
const FEWEST_CHARACTERS = 100;

/** Finds Base64 text outside of blocks, which lost its BEGIN and END lines. */
export function looseText(lines: readonly NumberedLine[]): PemDamage | undefined {
    const isText = ({ text }: NumberedLine) =>
        /^[A-Za-z0-9+/]{40,}={0,2}$/.test(text) && !/^[0-9a-f]+$/i.test(text);
    const found = lines.filter(isText);
    const characters = found.reduce((sum, { text }) => sum + text.length, 0);
    if (characters < FEWEST_CHARACTERS) return undefined;
    return { line: found[0]?.number ?? 1, what: "Base64 text without BEGIN and END lines" };
}

/** The first damages with their lines, for a message. `layers`: the encodings around the text with these lines. */
export function listDamages(damages: readonly PemDamage[], layers: readonly { name: string }[] = []): string {
    const texts = damages.slice(0, 3).map(({ line, what }) => `line ${line}: ${what}`);
    const more = damages.length > 3 ? [`${damages.length - 3} more`] : [];
    const inside = layers.length === 0 ? "" : `inside ${layers.map(({ name }) => name).join(", then ")}, `;
    return inside + [...texts, ...more].join("; ");
}

export const REPAIR = "Correct these lines, or copy the complete file again, with its BEGIN and END lines.";
