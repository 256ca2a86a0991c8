import { rootCertificates } from "node:tls";
import { type Certificate, parseCertificate, signedBy } from "./certificate";
import { readPem } from "./pem";

/** What clients trust: gives the roots that bear a name (hexadecimal DER). */
export type TrustStore = (subjectDer: string) => readonly Certificate[];

let publicRoots: readonly Buffer[] | undefined;

/**
 * The public roots that come with Node (Mozilla's list) and further ones.
 *
 * Parsing all the public ones would take longer than all the rules together, so only those are parsed whose bytes
 * hold the name that is looked for.
 */
export function trustStore(further: readonly Certificate[] = []): TrustStore {
    return subjectDer => {
        publicRoots ??= rootCertificates.flatMap(pem => readPem(pem).blocks.map(block => block.der));
        const name = Buffer.from(subjectDer, "hex");
        return [
            ...further,
            ...publicRoots.filter(der => der.includes(name)).flatMap(der => parseCertificate(der) ?? []),
        ].filter(root => root.subjectDer === subjectDer);
    };
}

/**
 * Whether clients accept this certificate without looking further up: it is a root of theirs, or a cross-signed
 * edition of one (same name, same key).
 */
export function isAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return roots(certificate.subjectDer).some(root => root.x509.publicKey.equals(certificate.x509.publicKey));
}

/** Whether a root that clients have made the signature on it. */
export function isIssuedByAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return roots(certificate.issuerDer).some(root => signedBy(certificate.x509, root.x509));
}
