import { COMMANDS } from "./commands";
import { identifyDer } from "./identify-der";
import { identifyMagic } from "./identify-magic";
import { readPem } from "./pem";
import { statedLength } from "./pem-damage";

/** An encoding around the contents of a file. */
export interface Layer {
    /** For messages, e.g. `Base64`. */
    name: string;
    /** A shell command that removes it from its standard input. Absent: none that is common to all systems. */
    undo?: string;
}

export interface Unwrapped {
    /** A text, or the bytes of a binary file as Latin-1. */
    text: string;
    /** Outermost first. */
    layers: Layer[];
}

/** What the caller looks for. It selects the entry when a file has several. */
export type Wanted = "certificate" | "key" | "pfx";

/** More layers than people make by accident. Each one takes time proportional to the length. */
const MOST_LAYERS = 6;

/** Decodes the bytes of a file: as UTF-8 if it is valid, else as Latin-1, which preserves all bytes. */
export function decodeFile(bytes: Uint8Array): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return Buffer.from(bytes).toString("latin1");
    }
}

/** Removes encodings around a PEM text or a binary file: UTF-16, Base64, escapes, quotes, JSON. Changes nothing else. Never throws. */
export function unwrap(text: string, wanted: Wanted): Unwrapped {
    const layers: Layer[] = [];
    let inner = text;
    while (layers.length < MOST_LAYERS) {
        const step = STEPS.map(remove => remove(inner, wanted)).find(found => found !== undefined);
        if (!step || step.text === inner) break;
        inner = step.text;
        layers.push(step.layer);
    }
    return { text: inner, layers };
}

interface Step {
    text: string;
    layer: Layer;
}
type Remove = (text: string, wanted: Wanted) => Step | undefined;

/** A text that the readers recognize without further decoding. */
function isBinary(text: string): boolean {
    return (
        text.startsWith("0") && !isLatin1Text(text) && identifyDer(Buffer.from(text, "latin1")) !== undefined
    );
}

/** Tabs, line ends and printable characters only. */
function isLatin1Text(text: string): boolean {
    return /^[\t\n\r\x20-\x7e\u00a0-\uffff]*$/.test(text);
}

/** UTF-16 decoded as UTF-8 or Latin-1: every other character is NUL. A byte order mark became two replacement characters or letters. */
const utf16: Remove = text => {
    const marks = /^(?:\ufffd\ufffd|\ufeff|\u00ff\u00fe|\u00fe\u00ff)/.exec(text)?.[0] ?? "";
    const body = text.slice(marks.length);
    const [first, second] = [0, 1].map(offset => nulShare(body, offset)) as [number, number];
    if (body.length < 8 || isBinary(text) || Math.max(first, second) < 0.9 || Math.min(first, second) > 0.1)
        return undefined;
    const order = first > second ? "BE" : "LE";
    const withoutMark = order === "LE" ? COMMANDS.fromUtf16Le : COMMANDS.fromUtf16Be;
    const layer = { name: `UTF-16 (${order})`, undo: marks === "" ? withoutMark : COMMANDS.fromUtf16 };
    // The contents are ASCII; the other byte of each character is NUL. Comments may lose letters.
    return { text: body.replace(/[\0\ufffd]/g, ""), layer };
};

/** The share of NUL among every second character. */
function nulShare(text: string, offset: number): number {
    let nuls = 0;
    for (let at = offset; at < text.length; at += 2) if (text.charCodeAt(at) === 0) nuls++;
    return nuls / Math.ceil((text.length - offset) / 2);
}

/** The names under which JSON files have the contents, the most specific first. */
const FIELDS: Readonly<Record<Wanted, readonly string[]>> = {
    certificate: [
        "tls.crt",
        "certificateChain",
        "fullchain",
        "certificate",
        "cert",
        "crt",
        "value",
        "pfx",
        "cer",
    ],
    key: ["tls.key", "privateKey", "private_key", "key", "value", "pfx"],
    pfx: ["pfx", "p12", "value", "keystore"],
};

const json: Remove = (text, wanted) => {
    if (!/^[\ufeff\s]*["{[]/.test(text)) return undefined;
    let value: unknown;
    try {
        value = JSON.parse(text.replace(/^\ufeff/, ""));
    } catch {
        return undefined;
    }
    if (typeof value === "string") return { text: value, layer: { name: "a JSON string" } };
    const found = fieldOf(value, wanted);
    if (!found) return undefined;
    return { text: found.text, layer: { name: `the field ${JSON.stringify(found.name)} of JSON` } };
};

function fieldOf(value: unknown, wanted: Wanted): { name: string; text: string } | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const { data } = value as { data?: unknown };
    const records = [value, data] as Record<string, unknown>[];
    for (const name of FIELDS[wanted]) {
        for (const record of records) {
            const text =
                typeof record === "object" && record !== null && Object.hasOwn(record, name)
                    ? record[name]
                    : "";
            if (typeof text === "string" && text.length > 40) return { name, text };
        }
    }
    return undefined;
}

/** A Secret of Kubernetes as YAML. */
const kubernetes: Remove = (text, wanted) => {
    if (wanted === "pfx" || !/^[ \t]*"?kind"?:[ \t]*Secret\b/m.test(text)) return undefined;
    const name = wanted === "certificate" ? "tls.crt" : "tls.key";
    const pattern =
        wanted === "certificate"
            ? /^[ \t]*tls\.crt:[ \t]*"?([\w+/=]+)/m
            : /^[ \t]*tls\.key:[ \t]*"?([\w+/=]+)/m;
    const [, value] = pattern.exec(text) ?? [];
    return value ? { text: value, layer: { name: `${name} of a Secret of Kubernetes` } } : undefined;
};

const MARKED = /-----(?:BEGIN|END)/;
const ESCAPED =
    /-----(?:BEGIN|END) [A-Z0-9 ]{1,60}-----\s{0,4}\\{1,8}[nr]|\\{1,8}[nr]\s{0,4}-----(?:BEGIN|END)/;

/** Line breaks as the two characters `\n`, as in environment variables and JSON. Base64 has no backslash. */
const escapes: Remove = text => {
    if (!ESCAPED.test(text)) return undefined;
    const plain = text
        .replace(/\\{1,8}r/g, "")
        .replace(/\\{1,8}n(?:\r?\n)?/g, "\n")
        .replace(/\\{1,8}u002b/gi, "+")
        .replace(/\\{1,8}u003d/gi, "=")
        .replace(/\\{1,8}(?:u002f|\/)/gi, "/")
        .replace(/\\$/gm, "");
    return { text: plain, layer: { name: "text with \\n instead of line breaks" } };
};

const percent: Remove = text => {
    if (!/-----BEGIN(?:%20|\+)/.test(text)) return undefined;
    const spaced = text.includes("-----BEGIN+") ? text.replace(/\+/g, " ") : text;
    try {
        return { text: decodeURIComponent(spaced), layer: { name: "URL-encoded text" } };
    } catch {
        return undefined;
    }
};

/** Lines in quotation marks, with the operators of programming languages, or quoted as in mail. */
const quotes: Remove = text => {
    const plain = text
        .replace(/^[ \t]*(?:>[> \t]*|["'`]+)/gm, "")
        .replace(/["'`][ \t]{0,8}[+.,;&]{0,2}[ \t]{0,8}[\\_]?[ \t]{0,8}$/gm, "");
    if (!/^[ \t]*(?:>[> \t]*|["'`]+)-----BEGIN /m.test(text) || plain === text) return undefined;
    return { text: plain, layer: { name: "text in quotation marks" } };
};

const quotedPrintable: Remove = text =>
    MARKED.test(text) && /=3D\s/i.test(text)
        ? { text: text.replace(/=3D/gi, "="), layer: { name: "quoted-printable (mail)" } }
        : undefined;

const base64: Remove = text => {
    const compact = text.replace(/\s|^\ufeff/g, "");
    if (compact.length < 40 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) || compact.includes("-----"))
        return undefined;
    const isUrl = /[-_]/.test(compact);
    if (!isUrl && compact.endsWith("=") && compact.length % 4 !== 0) return undefined;
    const inner = recognized(Buffer.from(compact, "base64"));
    if (inner === undefined) return undefined;
    const isLong = text.split(/\r\n|\n|\r/).some(line => line.length > 76);
    const undo = isUrl ? undefined : isLong ? COMMANDS.fromBase64Line : COMMANDS.fromBase64;
    return { text: inner, layer: { name: isUrl ? "Base64 for URLs" : "Base64", undo } };
};

const hexadecimal: Remove = text => {
    const compact = text.replace(/^\s*0x|[\s:]/gi, "");
    if (!/^(?:3082|2d2d2d2d)[0-9a-f]+$/i.test(compact) || compact.length % 2 !== 0) return undefined;
    const inner = recognized(Buffer.from(compact, "hex"));
    return inner === undefined ? undefined : { text: inner, layer: { name: "hexadecimal digits" } };
};

/** `certutil -encode` writes BEGIN CERTIFICATE around any file. */
const header: Remove = text => {
    const { blocks, damages } = readPem(text);
    const [only] = blocks;
    if (!only || blocks.length > 1 || damages.length > 0 || only.headers.length > 0) return undefined;
    const isPfx = identifyDer(only.der) === "pfx";
    if (!isPfx && only.der[0] === 0x30) return undefined;
    const inner = recognized(only.der);
    if (inner === undefined) return undefined;
    const name = `BEGIN ${only.label} and END ${only.label} lines around another file, as of certutil -encode`;
    return { text: inner, layer: { name, undo: COMMANDS.fromBase64 } };
};

/** The decoded contents if they are a kind of file that the readers recognize or decode further. */
function recognized(bytes: Buffer): string | undefined {
    const text = decodeFile(bytes);
    if (identifyDer(bytes) || isTruncated(bytes) || identifyMagic(text)) return bytes.toString("latin1");
    const isText = isLatin1Text(text) && !/[\u00a0-\uffff]/.test(text);
    if (isText && (MARKED.test(text) || base64(text, "pfx") || json(text, "pfx"))) return text;
    return utf16(text, "pfx") ? text : undefined;
}

/** The beginning of a DER file. */
export function isTruncated(bytes: Buffer): boolean {
    return (
        bytes.length >= LEAST_DER_BYTES &&
        bytes.length < (statedLength(bytes) ?? 0) &&
        bytes.length * 100 > (statedLength(bytes) ?? 0)
    );
}

/** Smaller contents are not recognized reliably. No certificate and no RSA key is smaller. */
const LEAST_DER_BYTES = 200;

const STEPS: readonly Remove[] = [
    utf16,
    json,
    kubernetes,
    quotes,
    escapes,
    percent,
    quotedPrintable,
    base64,
    hexadecimal,
    header,
];
