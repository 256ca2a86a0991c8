import { type Certificate, parseCertificate } from "./certificate";
import { COMMANDS } from "./commands";
import type { Finding } from "./finding";
import { identifyDer } from "./identify-der";
import { MAX_PEM_CHARACTERS, type PemBlock, type PemReading, readPem } from "./pem";
import { REPAIR, listDamages, statedLength } from "./pem-damage";
import type { ReadingCode } from "./reading-codes";
import { type Layer, type Unwrapped, isTruncated, unwrap } from "./wrapping";
import {
    PEM,
    type WrongContent,
    identifyText,
    isForeign,
    wrappedFinding,
    wrongContentFinding,
} from "./wrong-content";

export interface CertificateReading {
    /** In the order of the file. Empty when a part of the file is damaged. */
    certificates: Certificate[];
    findings: Finding[];
}

const LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
/** Damage of these blocks does not concern the certificates. */
const KEY_LABEL = /PRIVATE KEY$/;

/**
 * Reads every certificate of a PEM text, of its encodings that `unwrap` removes, or of a DER file as Latin-1. Labels other than those of
 * certificates are corrected. Never throws: returns certificates, findings, or both. When a certificate is damaged, the
 * others are not returned, because a judgement about them would mislead.
 */
export function readCertificates(text: string): CertificateReading {
    if (text.length > MAX_PEM_CHARACTERS) {
        const message = `The certificate is ${Math.ceil(text.length / 1024)} KiB: larger than any certificate chain.`;
        return failed("certificate-too-large", message, "Give only the chain of the service.");
    }
    const unwrapped = unwrap(text, "certificate");
    const pem = readPem(unwrapped.text);
    const damages = pem.damages.filter(({ label = "" }) => !KEY_LABEL.test(label));
    const kind = identifyText(unwrapped.text, pem);
    if (isForeign(kind))
        return { certificates: [], findings: [wrongContentFinding("certificate", kind, unwrapped.layers)] };
    if (damages.length > 0) return damaged(damages, unwrapped.layers);
    return readBinary(unwrapped) ?? readBlocks(unwrapped, pem);
}

function readBinary({ text, layers }: Unwrapped): CertificateReading | undefined {
    if (!text.startsWith("0")) return undefined;
    const der = Buffer.from(text, "latin1");
    const certificate = parseCertificate(der);
    if (!certificate) return isTruncated(der) && !text.includes("\ufffd") ? truncated(der) : undefined;
    const binary = { name: "binary (DER)", undo: COMMANDS.certificateFromDer };
    return { certificates: [certificate], findings: wrappedFinding("certificate", [...layers, binary]) };
}

function truncated(der: Buffer): CertificateReading {
    const message = `The binary file is damaged: it has ${der.length} bytes, but its contents state ${statedLength(der)}.`;
    return failed("certificate-unreadable", message, "Copy the complete file again.");
}

function readBlocks({ text, layers }: Unwrapped, pem: PemReading): CertificateReading {
    const certificates: Certificate[] = [];
    const mislabelled: PemBlock[] = [];
    let hasKey = pem.damages.length > 0;
    for (const block of pem.blocks) {
        const certificate = block.headers.length === 0 ? parseCertificate(block.der) : undefined;
        if (certificate) certificates.push(certificate);
        const kind = certificate ? undefined : (identifyDer(block.der) ?? kindOfLabel(block));
        const isKey = kind === "private-key" || kind === "encrypted-key";
        hasKey ||= isKey;
        if (certificate && !LABELS.has(block.label)) mislabelled.push(block);
        // Windows labels PKCS#7 as a certificate, and users sometimes add a wrong BEGIN line by hand.
        if (LABELS.has(block.label) && !certificate && !isKey) {
            return kind
                ? { certificates: [], findings: [wrongContentFinding("certificate", kind, [...layers, PEM])] }
                : damaged([{ line: block.first, what: unreadable(block) }], layers);
        }
    }
    if (certificates.length === 0) {
        const around = pem.blocks.length > 0 ? [...layers, PEM] : layers;
        return {
            certificates,
            findings: [wrongContentFinding("certificate", identifyText(text, pem), around)],
        };
    }
    const findings = [
        ...wrappedFinding("certificate", layers, pem.layout),
        ...mislabelled.map(mislabelledFinding),
        ...(hasKey ? [KEY_BESIDE] : []),
    ];
    return { certificates, findings };
}

function kindOfLabel({ label }: PemBlock): WrongContent | undefined {
    return KEY_LABEL.test(label) ? "private-key" : undefined;
}

function unreadable({ der, last }: PemBlock): string {
    const isLonger = der.length > (statedLength(der) ?? der.length);
    return `the block up to line ${last} contains no certificate that can be read${isLonger ? "; it is longer than its contents state: a line may be there twice" : ""}`;
}

function damaged(damages: PemReading["damages"], layers: readonly Layer[]): CertificateReading {
    const message = `The file with the certificate is damaged: ${listDamages(damages, layers)}.`;
    return failed("certificate-unreadable", message, REPAIR);
}

function mislabelledFinding({ label, first }: PemBlock): Finding {
    return {
        code: "certificate-mislabelled",
        severity: "warning",
        message: `The block in line ${first} has the label ${label}, but contains a certificate, which was read.`,
        advice: "Write CERTIFICATE instead in its BEGIN and END lines.",
    };
}

const KEY_BESIDE: Finding = {
    code: "key-beside-certificate",
    severity: "warning",
    message: "The certificate file also contains a private key.",
    advice: "Move the key to a separate file, so that the certificate can be shared safely.",
};

function failed(code: ReadingCode, message: string, advice: string): CertificateReading {
    return { certificates: [], findings: [{ code, severity: "error", message, advice }] };
}
