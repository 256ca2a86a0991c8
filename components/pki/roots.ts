import { rootCertificates } from "node:tls";
import { type Certificate, parseCertificate, signedBy } from "./certificate";
import { readPem } from "./pem";
import { listDamages } from "./pem-damage";
import { readCertificates } from "./read-certificates";
import { unwrap } from "./wrapping";

/** A distinguished name, as the fields of {@link Certificate}. */
interface DirectoryName {
    der: string;
    comparable: string;
}

/** The root certificates that clients trust. Returns the roots with the given subject. */
export type TrustStore = (subject: DirectoryName) => readonly Certificate[];

let publicRoots: readonly Buffer[] | undefined;

/**
 * A trust store with the public roots that come with Node (Mozilla's list) and additional roots.
 *
 * Parsing all public roots takes longer than all rules together, so only the roots whose DER contains the subject are parsed.
 */
export function trustStore(additional: readonly Certificate[] = []): TrustStore {
    return subject => {
        publicRoots ??= rootCertificates.flatMap(pem => readPem(pem).blocks.map(block => block.der));
        const name = Buffer.from(subject.der, "hex");
        const named = publicRoots
            .filter(der => der.includes(name))
            .flatMap(der => parseCertificate(der) ?? []);
        return [...additional, ...named].filter(root => root.subjectName === subject.comparable);
    };
}

/**
 * Reads trusted root certificates from PEM. Has no size limit, because a system's bundle of roots is larger than any chain.
 *
 * @throws Error when the text is not PEM or a certificate is damaged; the message names the actual content
 */
export function readRoots(text: string): Certificate[] {
    const { blocks, damages } = readPem(unwrap(text, "certificate").text);
    if (damages.length > 0) throw new Error(`The file is damaged: ${listDamages(damages)}.`);
    const roots = blocks
        .filter(one => one.label.endsWith("CERTIFICATE"))
        .map(one => parseCertificate(one.der));
    const unreadable = roots.filter(one => !one).length;
    if (unreadable > 0)
        throw new Error(`${unreadable} of the certificates cannot be read: damaged or truncated.`);
    if (roots.length > 0) return roots.flatMap(one => one ?? []);
    const [finding] = readCertificates(text).findings;
    throw new Error(finding?.message ?? "The text contains no PEM certificate.");
}

/** A trust store with only these roots, without the public ones. */
export function privateTrustStore(roots: readonly Certificate[]): TrustStore {
    return ({ comparable }) => roots.filter(root => root.subjectName === comparable);
}

/**
 * Returns the part of a path that clients verify. It ends at the first certificate that is in the trust store, or whose issuer is. The
 * last certificate is the copy in the trust store, which can differ from the presented one. Returns undefined when the path reaches no
 * trusted root.
 */
export function pathToTrustAnchor(
    path: readonly Certificate[],
    roots: TrustStore,
): Certificate[] | undefined {
    for (const [i, certificate] of path.entries()) {
        const below = path.slice(0, i);
        const anchor = findTrustAnchor(certificate, roots);
        if (anchor) return [...below, anchor];
        const issuer = findIssuingTrustAnchor(certificate, roots);
        if (issuer) return [...below, certificate, issuer];
    }
    return undefined;
}

/**
 * Whether clients trust this certificate without verifying its issuer: it is a trusted root, or a cross-signed certificate with the same
 * subject and key as a trusted root.
 */
export function isTrustAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return findTrustAnchor(certificate, roots) !== undefined;
}

/** Whether a trusted root issued this certificate. */
export function isIssuedByTrustAnchor(certificate: Certificate, roots: TrustStore): boolean {
    return findIssuingTrustAnchor(certificate, roots) !== undefined;
}

function findTrustAnchor(certificate: Certificate, roots: TrustStore): Certificate | undefined {
    const { publicKey, subjectDer: der, subjectName: comparable } = certificate;
    return latest(roots({ der, comparable }).filter(root => publicKey && root.publicKey?.equals(publicKey)));
}

function findIssuingTrustAnchor(certificate: Certificate, roots: TrustStore): Certificate | undefined {
    const { x509, issuerDer: der, issuerName: comparable } = certificate;
    return latest(roots({ der, comparable }).filter(root => signedBy(x509, root.x509)));
}

/** Clients that have several editions of a root use one that is valid. */
function latest(certificates: readonly Certificate[]): Certificate | undefined {
    return [...certificates].sort((one, other) => other.notAfter.getTime() - one.notAfter.getTime())[0];
}
