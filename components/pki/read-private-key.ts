import { createPrivateKey, type KeyObject } from "node:crypto";
import type { Finding } from "./finding";
import { identifyDer } from "./identify-der";
import { type WrongContent, type ProblemText, identifyText, wrongContentFinding } from "./wrong-content";
import { MAX_PEM_CHARACTERS, type PemBlock, readPem, writePem } from "./pem";
import type { ReadingCode } from "./reading-codes";

export interface PrivateKeyReading {
    /** Absent when a finding says why. */
    key?: KeyObject;
    /** The key as unencrypted PKCS#8 PEM, which HAProxy reads. Secret. */
    pem?: string;
    findings: Finding[];
}

/** The encoding of the DER in a block, by the label of the block. */
const ENCODINGS: Readonly<Record<string, "pkcs8" | "pkcs1" | "sec1">> = {
    "PRIVATE KEY": "pkcs8",
    "RSA PRIVATE KEY": "pkcs1",
    "EC PRIVATE KEY": "sec1",
};

/**
 * Reads the single private key of a PEM text (PKCS#8, PKCS#1 or SEC 1). Ignores certificates and EC parameters in the same text.
 * Findings never contain parts of the key.
 */
export function readPrivateKey(text: string): PrivateKeyReading {
    if (text.length > MAX_PEM_CHARACTERS) {
        const size = `${Math.ceil(text.length / 1024)} KiB`;
        return failed("key-too-large", `The private key is ${size}: larger than any key.`, GIVE_KEY);
    }
    const pem = readPem(text);
    const keys = pem.blocks.filter(block => block.label.endsWith("PRIVATE KEY"));
    const [first] = keys;
    if (pem.broken.some(label => label.endsWith("PRIVATE KEY"))) {
        return failed(
            "key-unreadable",
            "The private key is damaged or truncated.",
            "Copy the complete file again, with its BEGIN and END lines.",
        );
    }
    if (!first) {
        return {
            findings: [
                wrongContentFinding("key", identifyText(text, pem, "private-key"), WRONG_CONTENT, NO_KEY),
            ],
        };
    }
    if (keys.length > 1) {
        return failed(
            "several-keys",
            `The file contains ${keys.length} private keys.`,
            "Keep only the key of the certificate.",
        );
    }
    if (isEncrypted(first)) {
        return failed("key-encrypted", ...ENCRYPTED);
    }
    return readKeyBlock(first);
}

/** Reads an unencrypted key from its DER. */
function readKeyBlock(block: PemBlock): PrivateKeyReading {
    const encoding = ENCODINGS[block.label];
    if (!encoding) {
        return failed("key-type-unsupported", `A ${block.label} cannot serve TLS here.`, USE_RSA_OR_EC);
    }
    try {
        const key = createPrivateKey({ key: block.der, format: "der", type: encoding });
        if (!SERVING_TYPES.has(key.asymmetricKeyType ?? "")) {
            const type = key.asymmetricKeyType ?? "unknown";
            return failed("key-type-unsupported", `A key of type ${type} cannot serve TLS.`, USE_RSA_OR_EC);
        }
        const pkcs8 = key.export({ format: "der", type: "pkcs8" });
        return { key, pem: writePem("PRIVATE KEY", pkcs8), findings: [] };
    } catch {
        const inside = identifyDer(block.der);
        if (inside && WRONG_CONTENT[inside])
            return { findings: [wrongContentFinding("key", inside, WRONG_CONTENT, NO_KEY)] };
        return failed(
            "key-unreadable",
            `The block ${block.label} contains no private key that OpenSSL can read.`,
            "Check it with openssl pkey -check -noout -in FILE.",
        );
    }
}

function failed(code: ReadingCode, message: string, advice: string): PrivateKeyReading {
    return { findings: [{ code, severity: "error", message, advice }] };
}

const SERVING_TYPES = new Set(["rsa", "rsa-pss", "ec", "ed25519", "ed448"]);
const GIVE_KEY = "Give the PEM private key that belongs to the certificate.";
const ENCRYPTED: ProblemText = [
    "The private key is encrypted; the front cannot enter its password.",
    "Decrypt it with openssl pkey -in FILE -out NEW, and store the result as a secret in the stack configuration.",
];
const NO_KEY: ProblemText = ["The text contains no PEM private key.", GIVE_KEY];
const WRONG_CONTENT: Partial<Record<WrongContent, ProblemText>> = {
    empty: ["The private key is empty.", GIVE_KEY],
    path: ["This is a file path; the contents of the file are needed.", GIVE_KEY],
    der: ["This is a binary (DER) file.", "Convert it with openssl pkey -inform DER -in FILE -out NEW."],
    base64: [
        "This is a private key in Base64 without its BEGIN and END lines.",
        "Convert it with openssl base64 -d -A -in FILE | openssl pkey -inform DER -out NEW.",
    ],
    "joined-lines": [
        "The lines of the private key were joined into one, or are separated by a literal \\n.",
        "Use the original file with its line breaks.",
    ],
    "encrypted-key": ENCRYPTED,
    pfx: [
        "This is a PFX (PKCS#12) file.",
        "Set it as the PFX with its password, instead of certificate and private key.",
    ],
    pkcs7: ["This is a PKCS#7 bundle, which contains certificates but no key.", GIVE_KEY],
    certificate: ["This is a certificate, not a private key.", GIVE_KEY],
    request: ["This is a certificate request (CSR), not a private key.", GIVE_KEY],
    "public-key": ["This is a public key, not a private one.", GIVE_KEY],
};
const USE_RSA_OR_EC = "Use an RSA key of 2048 bits or more, or an EC key (P-256 or P-384).";

function isEncrypted(block: PemBlock): boolean {
    const marked = block.headers.some(header => /^Proc-Type:.*ENCRYPTED/i.test(header));
    return marked || block.label === "ENCRYPTED PRIVATE KEY";
}
