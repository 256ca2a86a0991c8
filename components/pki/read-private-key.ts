import { createPrivateKey, type KeyObject } from "node:crypto";
import { COMMANDS } from "./commands";
import type { Finding } from "./finding";
import { type KeyEncoding, identifyDer, identifyKey } from "./identify-der";
import { MAX_PEM_CHARACTERS, type PemBlock, readPem, writePem } from "./pem";
import { REPAIR, listDamages, statedLength } from "./pem-damage";
import type { ReadingCode } from "./reading-codes";
import { type Layer, type Unwrapped, isTruncated, unwrap } from "./wrapping";
import {
    PEM,
    type WrongContent,
    commandFor,
    identifyText,
    isForeign,
    wrappedFinding,
    wrongContentFinding,
} from "./wrong-content";

export interface PrivateKeyReading {
    /** Absent when a finding says why. */
    key?: KeyObject;
    /** The key as unencrypted PKCS#8 PEM, which HAProxy reads. Secret. */
    pem?: string;
    /** Has an error when there is no key, and only warnings when there is one. */
    findings: Finding[];
}

/** The encoding of the DER in a block, by the label of the block. */
const ENCODINGS: Readonly<Record<string, KeyEncoding>> = {
    "PRIVATE KEY": "pkcs8",
    "RSA PRIVATE KEY": "pkcs1",
    "EC PRIVATE KEY": "sec1",
};
const NAMES = {
    pkcs8: { label: "PRIVATE KEY", name: "PKCS#8" },
    pkcs1: { label: "RSA PRIVATE KEY", name: "PKCS#1" },
    sec1: { label: "EC PRIVATE KEY", name: "SEC 1" },
} as const;
/** Damage of these blocks does not concern the key. */
const CERTIFICATE_LABEL = /CERTIFICATE|PKCS|CMS|CRL/;

/**
 * Reads the single private key (PKCS#8, PKCS#1 or SEC 1) of a PEM text, of its encodings that `unwrap` removes, or of a DER file as
 * Latin-1. The contents decide, not the labels. Ignores certificates and EC parameters in the same text. Findings never contain parts
 * of the key.
 */
export function readPrivateKey(text: string): PrivateKeyReading {
    if (text.length > MAX_PEM_CHARACTERS) {
        const size = `${Math.ceil(text.length / 1024)} KiB`;
        return failed(
            "key-too-large",
            `The private key is ${size}: larger than any key.`,
            "Give only the key.",
        );
    }
    const unwrapped = unwrap(text, "key");
    const pem = readPem(unwrapped.text);
    const { layers } = unwrapped;
    const damages = pem.damages.filter(({ label = "" }) => !CERTIFICATE_LABEL.test(label));
    const kind = identifyText(unwrapped.text, pem);
    if (isForeign(kind)) return wrong(kind, layers);
    if (damages.length > 0) {
        return failed(
            "key-unreadable",
            `The file with the private key is damaged: ${listDamages(damages, layers)}.`,
            REPAIR,
        );
    }
    const keys = distinct(pem.blocks.filter(isKey));
    const [first] = keys;
    if (!first) return pem.blocks.length === 0 ? readBinary(unwrapped, kind) : wrong(kind, [...layers, PEM]);
    if (keys.length > 1) {
        return failed(
            "several-keys",
            `The file contains ${keys.length} private keys.`,
            "Keep only the key of the certificate.",
        );
    }
    const { findings, ...read } = readKeyBlock(first, layers);
    return {
        ...read,
        findings: [...(read.key ? wrappedFinding("key", layers, pem.layout) : []), ...findings],
    };
}

/** By the contents or, when these are not recognized, by the label. */
function isKey({ der, label }: PemBlock): boolean {
    const kind = identifyDer(der);
    return kind ? kind === "private-key" || kind === "encrypted-key" : label.endsWith("PRIVATE KEY");
}

function distinct(blocks: readonly PemBlock[]): PemBlock[] {
    return [...new Map(blocks.map(block => [block.der.toString("latin1"), block])).values()];
}

function readBinary({ text, layers }: Unwrapped, kind: WrongContent | undefined): PrivateKeyReading {
    const der = Buffer.from(text, "latin1");
    const encoding = text.startsWith("0") ? identifyKey(der) : undefined;
    if (!encoding && isTruncated(der) && !text.includes("\ufffd")) {
        const message = `The binary file is damaged: it has ${der.length} bytes, but its contents state ${statedLength(der)}.`;
        return failed("key-unreadable", message, "Copy the complete file again.");
    }
    if (!encoding) return wrong(kind, layers);
    const { findings, ...read } = readDer(der, encoding);
    const binary = { name: "binary (DER)", undo: COMMANDS.plainKeyFromDer };
    const wrapped = read.key ? wrappedFinding("key", [...layers, binary]) : [];
    return { ...read, findings: [...wrapped, ...findings] };
}

function wrong(kind: WrongContent | undefined, layers: readonly Layer[]): PrivateKeyReading {
    if (kind === "encrypted-key") return encrypted(layers);
    return { findings: [wrongContentFinding("key", kind, layers)] };
}

/** Reads an unencrypted key from its block. */
function readKeyBlock(block: PemBlock, layers: readonly Layer[]): PrivateKeyReading {
    const { label, der, first } = block;
    if (isEncrypted(block)) return encrypted([...layers, PEM]);
    if (label === "OPENSSH PRIVATE KEY") return wrong("openssh-key", [PEM]);
    const encoding = identifyKey(der) ?? ENCODINGS[label];
    if (!encoding) {
        return failed("key-type-unsupported", `A ${label} cannot serve TLS here.`, USE_RSA_OR_EC);
    }
    const { findings, ...read } = readDer(der, encoding);
    const right = NAMES[encoding];
    if (!read.key || label === right.label) return { ...read, findings };
    return {
        ...read,
        findings: [
            {
                code: "key-mislabelled",
                severity: "warning",
                message: `The block in line ${first} has the label ${label}, but contains a key in ${right.name}, which was read. HAProxy, Node and Python refuse such a file.`,
                advice: `Write ${right.label} instead in its BEGIN and END lines, or convert it with ${commandFor([], COMMANDS.plainKey)}.`,
            },
            ...findings,
        ],
    };
}

function readDer(der: Buffer, encoding: KeyEncoding): PrivateKeyReading {
    try {
        const key = createPrivateKey({ key: der, format: "der", type: encoding });
        if (!SERVING_TYPES.has(key.asymmetricKeyType ?? "")) {
            const type = key.asymmetricKeyType ?? "unknown";
            return failed("key-type-unsupported", `A key of type ${type} cannot serve TLS.`, USE_RSA_OR_EC);
        }
        const pkcs8 = key.export({ format: "der", type: "pkcs8" });
        return { key, pem: writePem("PRIVATE KEY", pkcs8), findings: [] };
    } catch {
        return failed(
            "key-unreadable",
            `The ${NAMES[encoding].name} block contains no private key that OpenSSL can read.`,
            `Copy the file again. ${COMMANDS.checkKey} shows whether it is sound.`,
        );
    }
}

function failed(code: ReadingCode, message: string, advice: string): PrivateKeyReading {
    return { findings: [{ code, severity: "error", message, advice }] };
}

function encrypted(layers: readonly Layer[]): PrivateKeyReading {
    const isPem = layers.includes(PEM);
    const read = isPem ? COMMANDS.plainKey : COMMANDS.plainKeyFromDer;
    const command = commandFor(
        layers.filter(layer => layer !== PEM),
        read,
    );
    return failed(
        "key-encrypted",
        "The private key is encrypted; the front cannot enter its password.",
        `Decrypt it${command ? ` with ${command}` : ""}, and store the result as a secret in the stack configuration.`,
    );
}

const SERVING_TYPES = new Set(["rsa", "rsa-pss", "ec", "ed25519", "ed448"]);
const USE_RSA_OR_EC = "Use an RSA key of 2048 bits or more, or an EC key (P-256 or P-384).";

function isEncrypted({ headers, label, der }: PemBlock): boolean {
    if (headers.some(header => /^Proc-Type:.*ENCRYPTED/i.test(header))) return true;
    const kind = identifyDer(der);
    return kind ? kind === "encrypted-key" : label === "ENCRYPTED PRIVATE KEY";
}
