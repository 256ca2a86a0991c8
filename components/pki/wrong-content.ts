import { COMMANDS } from "./commands";
import type { Finding } from "./finding";
import { type EncodedKind, identifyDer } from "./identify-der";
import { type FileKind, identifyMagic } from "./identify-magic";
import type { PemReading } from "./pem";
import type { Layer, Wanted } from "./wrapping";

/** The actual content of a text without the expected content. `der`: a binary file that was decoded as text and lost bytes. */
export type WrongContent = EncodedKind | FileKind | "empty" | "path" | "der" | "openssh-key" | "pgp";

/** Labels of PEM blocks (RFC 7468, and older labels). */
const LABELS: ReadonlyArray<readonly [RegExp, WrongContent]> = [
    [/CERTIFICATE REQUEST$/, "request"],
    [/CERTIFICATE$/, "certificate"],
    [/^(PKCS ?#?7|CMS)/, "pkcs7"],
    [/^(PKCS ?#?12|PFX)/, "pfx"],
    [/^ENCRYPTED PRIVATE KEY$/, "encrypted-key"],
    [/^OPENSSH PRIVATE KEY$/, "openssh-key"],
    [/^PGP /, "pgp"],
    [/PRIVATE KEY$/, "private-key"],
    [/PUBLIC KEY$/, "public-key"],
    [/CRL$/, "crl"],
];

/**
 * Identifies the content of a text that is not a PEM file with the expected block, after `unwrap`.
 *
 * @returns undefined when the content is not recognized
 */
export function identifyText(text: string, { blocks, damages }: PemReading): WrongContent | undefined {
    const trimmed = text.trim();
    if (trimmed === "") return "empty";
    const magic = identifyMagic(text);
    if (isForeign(magic)) return magic;
    const inside = blocks.flatMap(({ der }) => identifyDer(der) ?? []);
    const labels = [...blocks, ...damages].map(({ label = "" }) => label);
    const labelled = LABELS.find(([pattern]) => labels.some(label => pattern.test(label)))?.[1];
    if (blocks.length > 0 || labelled) return inside[0] ?? labelled;
    if (!trimmed.includes("\n") && PATH.test(trimmed)) return "path";
    return identifyBinary(text) ?? magic;
}

/** Formats in which PEM blocks or parts of them can occur by chance, so that these must not be judged. */
export function isForeign(kind: WrongContent | undefined): boolean {
    return kind !== undefined && FOREIGN.has(kind);
}

const FOREIGN: ReadonlySet<WrongContent> = new Set([
    "pgp",
    "ssh-key",
    "zip",
    "archive",
    "document",
    "jks",
    "jceks",
]);

const PATH = /\.(pem|crt|cer|der|key|p7b|p7c|csr|pfx|p12|jks)$/i;

/**
 * Identifies a binary file that was decoded as text. Latin-1 preserves all bytes. UTF-8 loses every byte above 127, so a PFX is
 * recognized by its version and PKCS#7 by the end of its object identifier.
 */
function identifyBinary(text: string): WrongContent | undefined {
    if (!text.startsWith("0")) return undefined;
    const kind = identifyDer(Buffer.from(text, "latin1"));
    if (kind) return kind;
    const start = text.slice(0, 40);
    if (/^0\ufffd.{0,4}\u0002\u0001\u00030/s.test(start)) return "pfx";
    if (/^0\ufffd.{0,4}\u0006\t\*\ufffdH\ufffd+\r\u0001\u0007/s.test(start)) return "pkcs7";
    return /^0[\u0080-\u0084\ufffd]/.test(start) ? "der" : undefined;
}

/** How messages name what is wanted: as the subject of a sentence, and with an article. */
const WANTED: Readonly<Record<Wanted, { subject: string; name: string; advice: string }>> = {
    certificate: {
        subject: "certificate",
        name: "a certificate",
        advice: "Give the PEM chain: the certificate of the service first, then its intermediates.",
    },
    key: {
        subject: "private key",
        name: "a private key",
        advice: "Give the PEM private key that belongs to the certificate.",
    },
    pfx: {
        subject: "PFX",
        name: "a PFX",
        advice: "Give the PFX (PKCS#12) file that contains the certificate, its chain and its private key.",
    },
};

/** How to undo the layers and read the contents with `last`, as a command for a shell. Undefined when a layer has no command. */
export function commandFor(layers: readonly Layer[], last = ""): string | undefined {
    const steps = [...layers.map(({ undo }) => undo), ...(last === "" ? [] : [last])];
    const [first, ...others] = steps;
    if (first === undefined || steps.includes(undefined)) return undefined;
    // Redirections would create files that others can read, so the commands for keys name their output.
    const out = steps.at(-1)?.endsWith(" -out NEW") ? "" : " > NEW";
    if (others.length > 0) return [`${first} < FILE`, ...others].join(" | ") + out;
    return first.startsWith("openssl ")
        ? `${first.replace(/ -out NEW$/, "")} -in FILE -out NEW`
        : `${first} FILE > NEW`;
}

/** What the file is, and what to do instead of the general advice. */
interface Description {
    is: string;
    advice?: (wanted: Wanted, layers: readonly Layer[]) => string;
}

const asPfx = "Set it as the PFX with its password, instead of certificate and private key.";
const asPem = "Set PEM as the certificate and the private key, instead of the PFX.";
const keytool = (command: string) => () => `Convert it with ${command}, and use NEW.pfx as the PFX.`;
const givePfx = `Give the bytes of the file in Base64, as ${COMMANDS.toBase64} prints them.`;

const DESCRIPTIONS: Readonly<Record<WrongContent, Description>> = {
    empty: { is: "empty" },
    path: {
        is: "a file path; the contents of the file are needed",
        advice: wanted => (wanted === "pfx" ? givePfx : WANTED[wanted].advice),
    },
    der: {
        is: "a binary file that was read as text, which damaged it",
        advice: wanted => {
            if (wanted === "pfx") return givePfx;
            const command = wanted === "key" ? COMMANDS.plainKeyFromDer : COMMANDS.certificateFromDer;
            return `Convert the original file with ${commandFor([], command)}, and read the result as text.`;
        },
    },
    certificate: { is: "a certificate" },
    request: {
        is: "a certificate request (CSR)",
        advice: wanted =>
            wanted === "certificate"
                ? "Use the certificate that the authority issued for it."
                : WANTED[wanted].advice,
    },
    crl: { is: "a certificate revocation list (CRL)" },
    pkcs7: {
        is: "a PKCS#7 bundle, which contains certificates but no private key",
        advice: (wanted, layers) => {
            if (wanted !== "certificate") return WANTED[wanted].advice;
            const isPem = layers.includes(PEM);
            const command = commandFor(
                layers.filter(layer => layer !== PEM),
                isPem ? COMMANDS.certificatesFromPkcs7 : COMMANDS.certificatesFromPkcs7Der,
            );
            const decoded = command ? "" : " decoded";
            return `Convert the${decoded} file with ${command ?? commandFor([], COMMANDS.certificatesFromPkcs7Der)}, and move the certificate of the service to the top.`;
        },
    },
    pfx: { is: "a PFX (PKCS#12) file", advice: () => asPfx },
    "private-key": {
        is: "a private key",
        advice: wanted => (wanted === "pfx" ? asPem : WANTED[wanted].advice),
    },
    "encrypted-key": {
        is: "an encrypted private key",
        advice: wanted => (wanted === "pfx" ? asPem : WANTED[wanted].advice),
    },
    "public-key": { is: "a public key" },
    "openssh-key": {
        is: "a private key in the format of OpenSSH",
        advice: wanted =>
            wanted === "key"
                ? `Convert a copy of it with ${COMMANDS.fromOpenSsh}, which asks for its password and replaces the copy.`
                : WANTED[wanted].advice,
    },
    "putty-key": {
        is: "a private key in the format of PuTTY",
        advice: wanted =>
            wanted === "key"
                ? "Export it in PuTTYgen with Conversions, Export OpenSSH key; then convert this key."
                : WANTED[wanted].advice,
    },
    "ssh-key": { is: "a key of SSH" },
    pgp: { is: "a key or a message of PGP" },
    jwk: { is: "a JSON Web Key (JWK)" },
    jks: { is: "a Java keystore (JKS)", advice: keytool(COMMANDS.fromJks) },
    jceks: { is: "a Java keystore (JCEKS)", advice: keytool(COMMANDS.fromJceks) },
    zip: { is: "a ZIP archive", advice: () => "Extract it, and give the file that is in it." },
    archive: {
        is: "an archive or a compressed file",
        advice: () => "Extract it, and give the file that is in it.",
    },
    html: {
        is: "an HTML page, for example of a failed or unauthenticated download",
        advice: () => "Open it in a browser to see why, and download the file again.",
    },
    xml: { is: "an XML file" },
    json: {
        is: "a JSON text without the expected contents, for example an error or the properties of a certificate",
        advice: () =>
            "Read it to see whether it is an error. Key Vault returns chain and key with az keyvault secret download --encoding base64 --file NEW.pfx.",
    },
    document: {
        is: "a document of an office program",
        advice: () => "Copy the PEM text from it into a text file.",
    },
};

/** A PEM block, as a layer around binary contents. */
export const PEM: Layer = { name: "PEM" };

/** Returns the finding for the actual content, with a code for each kind of content, or the finding for unrecognized content. */
export function wrongContentFinding(
    wanted: Wanted,
    actual: WrongContent | undefined,
    layers: readonly Layer[] = [],
): Finding {
    const { subject, name, advice } = WANTED[wanted];
    const error = (code: string, message: string, text = advice): Finding => ({
        ...{ code, severity: "error", message, advice: text },
    });
    if (actual === "empty") return error(`${wanted}-empty`, `The ${subject} is empty.`);
    if (actual === undefined) {
        return wanted === "pfx"
            ? error("pfx-unreadable", "The file is not a PFX.")
            : error(`no-${wanted}`, `The text contains no PEM ${subject}.`);
    }
    const { is, advice: special } = DESCRIPTIONS[actual];
    const shown = layers.filter(layer => layer !== PEM).map(layer => layer.name);
    const where = shown.length === 0 ? "" : ` (inside ${shown.join(", then ")})`;
    const not = actual === "path" || actual === "der" ? "" : `, not ${name}`;
    return error(`${wanted}-is-${actual}`, `This is ${is}${where}${not}.`, special?.(wanted, layers));
}

/** Returns the warning about contents that were read from a file that OpenSSL does not read as it is. */
export function wrappedFinding(
    wanted: Wanted,
    layers: readonly Layer[],
    layout: readonly string[] = [],
): Finding[] {
    const names = [...layers.map(({ name }) => name), ...layout];
    if (names.length === 0) return [];
    const { subject } = WANTED[wanted];
    const command = layout.length > 0 ? undefined : commandFor(layers);
    const plain = wanted === "pfx" ? "a binary file" : "a plain PEM text";
    return [
        {
            code: `${wanted}-wrapped`,
            severity: "warning",
            message: `The ${subject} was read from: ${names.join("; in it ")}. OpenSSL and other programs cannot read it like this.`,
            advice: command ? `Convert it with ${command}.` : `Store it as ${plain}.`,
        },
    ];
}
