import { readCertificates } from "./read-certificates";
import { readPrivateKey } from "./read-private-key";

/**
 * The same certificates and key as plain PEM: without byte order mark, text around blocks, or other line ends, which
 * HAProxy and OpenSSL stumble over; the key as PKCS#8. What cannot be read is left out: judge first.
 */
export function normalizePem(serving: { certificate: string; privateKey: string }): {
    certificate: string;
    privateKey: string;
} {
    const { certificates } = readCertificates(serving.certificate);
    return {
        certificate: certificates.map(one => one.pem).join(""),
        privateKey: readPrivateKey(serving.privateKey).pem ?? "",
    };
}
