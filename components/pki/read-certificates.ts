import { type Certificate, parseCertificate } from "./certificate";
import type { Finding } from "./finding";
import { identifyDer } from "./identify-der";
import { type WrongContent, type ProblemText, identifyText, wrongContentFinding } from "./wrong-content";
import { MAX_PEM_CHARACTERS, readPem } from "./pem";
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
    const error = (code: ReadingCode, message: string, advice = ADVICE): Finding => ({
        code,
        severity: "error",
        message,
        advice,
    });
    if (text.length > MAX_PEM_CHARACTERS) {
        const size = `${Math.ceil(text.length / 1024)} KiB`;
        return {
            certificates: [],
            findings: [
                error(
                    "certificate-too-large",
                    `The certificate is ${size}: larger than any certificate chain.`,
                ),
            ],
        };
    }
    const pem = readPem(text);
    const findings: Finding[] = [];
    const certificates: Certificate[] = [];
    let unreadable = pem.broken.filter(label => LABELS.has(label)).length;
    let inside: WrongContent | undefined;
    for (const block of pem.blocks.filter(one => LABELS.has(one.label))) {
        const certificate = parseCertificate(block.der);
        if (certificate) certificates.push(certificate);
        else unreadable++;
        if (!certificate) inside ??= identifyDer(block.der);
    }
    // Windows labels PKCS#7 as a certificate, and users sometimes add a wrong BEGIN line by hand.
    if (inside && WRONG_CONTENT[inside]) {
        findings.push(wrongContentFinding("certificate", inside, WRONG_CONTENT, NO_CERTIFICATE));
    } else if (unreadable > 0) {
        const what = unreadable === 1 ? "One certificate" : `${unreadable} certificates`;
        findings.push(
            error(
                "certificate-unreadable",
                `${what} in the file cannot be read: damaged or truncated.`,
                REPAIR,
            ),
        );
    } else if (certificates.length === 0) {
        findings.push(
            wrongContentFinding(
                "certificate",
                identifyText(text, pem, "certificate"),
                WRONG_CONTENT,
                NO_CERTIFICATE,
            ),
        );
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

const REPAIR = "Copy the complete file again, with its BEGIN and END lines.";
