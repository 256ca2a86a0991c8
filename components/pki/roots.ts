import { rootCertificates } from "node:tls";
import { type Certificate, parseCertificate, signedBy } from "./certificate";
import { readPem } from "./pem";
import { readCertificates } from "./read-certificates";

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
 * Reads roots that somebody trusts. A machine's whole bundle is larger than any chain may be.
 *
 * @throws Error that says what the text is instead
 */
export function readRoots(text: string): Certificate[] {
    const { blocks, broken } = readPem(text);
    const roots = blocks
        .filter(one => one.label.endsWith("CERTIFICATE"))
        .map(one => parseCertificate(one.der));
    const unreadable = broken.length + roots.filter(one => !one).length;
    if (unreadable > 0)
        throw new Error(`${unreadable} of its certificates cannot be read: damaged or cut off.`);
    if (roots.length > 0) return roots.flatMap(one => one ?? []);
    const [finding] = readCertificates(text).findings;
    throw new Error(finding?.message ?? "It holds no PEM certificate.");
}

/** These roots and no public ones. */
export function onlyRoots(roots: readonly Certificate[]): TrustStore {
    return subjectDer => roots.filter(root => root.subjectDer === subjectDer);
}

/**
 * The part of a path that clients verify: up to the first certificate that they trust, in their own edition, or that
 * a root of theirs issued. Undefined when there is none.
 */
export function wayToAnchor(path: readonly Certificate[], roots: TrustStore): Certificate[] | undefined {
    for (const [i, certificate] of path.entries()) {
        const below = path.slice(0, i);
        const own = anchorOf(certificate, roots);
        if (own) return [...below, own];
        const issuer = issuingAnchorOf(certificate, roots);
        if (issuer) return [...below, certificate, issuer];
    }
    return undefined;
}

/**
 * Whether clients accept this certificate without looking further up: it is a root of theirs, or a cross-signed
 * edition of one (same name, same key).
 */
export function isAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return anchorOf(certificate, roots) !== undefined;
}

/** Whether a root that clients have made the signature on it. */
export function isIssuedByAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return issuingAnchorOf(certificate, roots) !== undefined;
}

function anchorOf(certificate: Certificate, roots: TrustStore): Certificate | undefined {
    return roots(certificate.subjectDer).find(root => root.x509.publicKey.equals(certificate.x509.publicKey));
}

function issuingAnchorOf(certificate: Certificate, roots: TrustStore): Certificate | undefined {
    return roots(certificate.issuerDer).find(root => signedBy(certificate.x509, root.x509));
}
