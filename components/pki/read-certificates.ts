import { type Certificate, parseCertificate } from "./certificate";
import type { Finding } from "./finding";
import { MAX_PEM_CHARACTERS, type PemReading, readPem } from "./pem";

export interface CertificateReading {
    /** In the order of the file. */
    certificates: Certificate[];
    findings: Finding[];
}

const LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
const ADVICE = "Give the PEM chain: the certificate of the service first, then its intermediates.";

/** Reads every certificate of a PEM text. Whatever the text is, it answers: with certificates, findings, or both. */
export function readCertificates(text: string): CertificateReading {
    const error = (code: string, message: string, advice = ADVICE): Finding => ({
        code,
        severity: "error",
        message,
        advice,
    });
    if (text.length > MAX_PEM_CHARACTERS) {
        const size = `${Math.ceil(text.length / 1024)} KiB`;
        return {
            certificates: [],
            findings: [error("certificate-too-large", `The certificate is ${size}: no chain is that long.`)],
        };
    }
    const pem = readPem(text);
    const findings: Finding[] = [];
    const certificates: Certificate[] = [];
    let unreadable = pem.broken.filter(label => LABELS.has(label)).length;
    for (const block of pem.blocks.filter(one => LABELS.has(one.label))) {
        const certificate = parseCertificate(block.der);
        if (certificate) certificates.push(certificate);
        else unreadable++;
    }
    if (unreadable > 0) {
        const what = unreadable === 1 ? "One certificate" : `${unreadable} certificates`;
        findings.push(
            error(
                "certificate-unreadable",
                `${what} in the file cannot be read: damaged or cut off.`,
                REPAIR,
            ),
        );
    } else if (certificates.length === 0) {
        findings.push(error("no-certificate", whatItIsInstead(text, pem)));
    }
    if ([...pem.blocks.map(one => one.label), ...pem.broken].some(label => label.endsWith("PRIVATE KEY"))) {
        findings.push({
            code: "key-beside-certificate",
            severity: "warning",
            message: "The certificate file holds a private key too.",
            advice: "Keep the key in a file of its own, so that the certificate can be passed around safely.",
        });
    }
    return { certificates, findings };
}

const REPAIR = "Copy the file again, whole, with its BEGIN and END lines.";

function whatItIsInstead(text: string, pem: PemReading): string {
    const labels = new Set(pem.blocks.map(one => one.label));
    const compact = text.trim();
    if (compact === "") return "The certificate is empty.";
    if ([...labels].some(label => label.endsWith("CERTIFICATE REQUEST"))) {
        return "This is a certificate request (CSR): the certificate is what the authority made from it.";
    }
    if (labels.has("PKCS7") || labels.has("CMS")) {
        return "This is a PKCS#7 bundle; convert it with openssl pkcs7 -print_certs -in FILE.";
    }
    if (labels.has("PUBLIC KEY")) return "This is a public key, not a certificate.";
    if (labels.size > 0) return `The file holds ${[...labels].join(", ")} and no certificate.`;
    if (!compact.includes("\n") && /\.(pem|crt|cer|der|pfx|p12)$/i.test(compact)) {
        return "This is the path of a file; its contents are needed.";
    }
    if (/^MI[A-Za-z0-9+/=\s]+$/.test(compact)) {
        return "This is Base64 without the line -----BEGIN CERTIFICATE----- before and the END line after it.";
    }
    // How a binary file looks after somebody read it as text: ASN.1 SEQUENCE with a two-byte length.
    if (compact.startsWith("0\u0082") || compact.startsWith("0\ufffd")) {
        return "This is a binary (DER or PFX) file; convert it with openssl x509 -inform DER -in FILE.";
    }
    return "The text holds no PEM certificate.";
}
