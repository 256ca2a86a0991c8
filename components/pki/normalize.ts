import { readCertificates } from "./read-certificates";
import { readPrivateKey } from "./read-private-key";

/**
 * Rewrites certificates and key as plain PEM, with the key as PKCS#8. Removes a byte order mark, text around blocks and unusual line
 * ends, which HAProxy or OpenSSL can reject. Omits unreadable blocks, so call `judgeServingCertificate` first.
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
