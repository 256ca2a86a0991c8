import { type Certificate, parseCertificate } from "./certificate";
import type { Finding } from "./finding";
import { identifyDer } from "./identify-der";
import { type WrongContent, type ProblemText, identifyText, wrongContentFinding } from "./wrong-content";
import { MAX_PEM_CHARACTERS, type PemReading, readPem } from "./pem";
import type { ReadingCode } from "./reading-codes";

export interface CertificateReading {
    /** In the order of the file. */
    certificates: Certificate[];
    findings: Finding[];
}

const LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
const ADVICE = "Give the PEM chain: the certificate of the service first, then its intermediates.";
const NO_CERTIFICATE: ProblemText = ["The text contains no PEM certificate.", ADVICE];

const WRONG_CONTENT: Partial<Record<WrongContent, ProblemText>> = {
    empty: ["The certificate is empty.", ADVICE],
    path: ["This is a file path; the contents of the file are needed.", ADVICE],
    der: ["This is a binary (DER) file.", "Convert it with openssl x509 -inform DER -in FILE -out NEW."],
    base64: [
        "This is a certificate in Base64 without the line -----BEGIN CERTIFICATE----- before it and the END line after it.",
        "Add the two lines.",
    ],
    "joined-lines": [
        "The lines of the certificate were joined into one, or are separated by a literal \\n.",
        "Use the original file with its line breaks.",
    ],
    pkcs7: [
        "This is a PKCS#7 bundle.",
        "Convert it with openssl pkcs7 -print_certs -in FILE -out NEW (and -inform DER when it is binary), the service's own first.",
    ],
    pfx: [
        "This is a PFX (PKCS#12) file.",
        "Set it as the PFX with its password, instead of certificate and private key.",
    ],
    request: [
        "This is a certificate request (CSR), not a certificate.",
        "Use the certificate that the authority issued for it.",
    ],
    "public-key": ["This is a public key, not a certificate.", ADVICE],
    "private-key": ["This is a private key, not a certificate.", ADVICE],
    "encrypted-key": ["This is an encrypted private key, not a certificate.", ADVICE],
};

/** Reads every certificate of a PEM text. Never throws: returns certificates, findings, or both. */
export function readCertificates(text: string): CertificateReading {
    if (text.length > MAX_PEM_CHARACTERS) {
        const message = `The certificate is ${Math.ceil(text.length / 1024)} KiB: larger than any certificate chain.`;
        return { certificates: [], findings: [error("certificate-too-large", message, ADVICE)] };
    }
    const pem = readPem(text);
    const { certificates, unreadable, inside } = readBlocks(pem);
    const findings: Finding[] = [];
    // Windows labels PKCS#7 as a certificate, and users sometimes add a wrong BEGIN line by hand.
    if (inside && WRONG_CONTENT[inside]) {
        findings.push(wrongContentFinding("certificate", inside, WRONG_CONTENT, NO_CERTIFICATE));
    } else if (unreadable > 0) {
        const what = unreadable === 1 ? "One certificate" : `${unreadable} certificates`;
        const message = `${what} in the file cannot be read: damaged or truncated.`;
        findings.push(error("certificate-unreadable", message, REPAIR));
    } else if (certificates.length === 0) {
        const content = identifyText(text, pem, "certificate");
        findings.push(wrongContentFinding("certificate", content, WRONG_CONTENT, NO_CERTIFICATE));
    }
    if ([...pem.blocks.map(one => one.label), ...pem.broken].some(label => label.endsWith("PRIVATE KEY"))) {
        findings.push({
            code: "key-beside-certificate",
            severity: "warning",
            message: "The certificate file also contains a private key.",
            advice: "Move the key to a separate file, so that the certificate can be shared safely.",
        });
    }
    return { certificates, findings };
}

/** The blocks with a label of certificates. */
interface CertificateBlocks {
    certificates: Certificate[];
    /** The number of blocks that are damaged or contain something else. */
    unreadable: number;
    /** The content of the first block that contains something else. */
    inside?: WrongContent;
}

function readBlocks({ blocks, broken }: PemReading): CertificateBlocks {
    const certificates: Certificate[] = [];
    let unreadable = broken.filter(label => LABELS.has(label)).length;
    let inside: WrongContent | undefined;
    for (const { der } of blocks.filter(one => LABELS.has(one.label))) {
        const certificate = parseCertificate(der);
        if (certificate) {
            certificates.push(certificate);
            continue;
        }
        unreadable++;
        inside ??= identifyDer(der);
    }
    return { certificates, unreadable, inside };
}

function error(code: ReadingCode, message: string, advice: string): Finding {
    return { code, severity: "error", message, advice };
}

const REPAIR = "Copy the complete file again, with its BEGIN and END lines.";
