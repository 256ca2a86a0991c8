import type { KeyObject } from "node:crypto";
import { type Certificate, ownsKey, signedBy } from "./certificate";

/** A leaf and the chain of its issuers, built from the certificates of a file or a TLS handshake. */
export interface CertificateChain {
    /** The certificate of the service. */
    leaf: Certificate;
    /** The leaf, its issuer, the issuer's issuer, and so on, until the next issuer is not among `certificates`. */
    path: Certificate[];
    /** All certificates in their original order, including those that are not part of the chain. */
    certificates: Certificate[];
}

/**
 * Finds the leaf and its issuers. The leaf is the certificate that issued none of the others. When several certificates qualify, it is
 * the one that matches the key, or else the first.
 */
export function buildChain(certificates: Certificate[], key?: KeyObject): CertificateChain | undefined {
    const issuersOfOthers = new Set(certificates.filter(one => !one.selfIssued).map(one => one.issuerName));
    const candidates = certificates.filter(one => !issuersOfOthers.has(one.subjectName));
    const leaf = (key && candidates.find(one => ownsKey(one, key))) ?? candidates[0] ?? certificates[0];
    if (!leaf) return undefined;
    const path = [leaf];
    for (let top = leaf; !top.selfSigned;) {
        const issuer = findIssuer(top, certificates, path);
        if (!issuer) break;
        path.push(issuer);
        top = issuer;
    }
    return { leaf, path, certificates };
}

/**
 * Several certificates can have the issuer's name (renewed or cross-signed). Prefers the one whose key made the signature; among those, the
 * one that expires last.
 */
function findIssuer(
    certificate: Certificate,
    certificates: Certificate[],
    path: Certificate[],
): Certificate | undefined {
    const used = new Set(path.map(one => one.fingerprint));
    const named = certificates.filter(
        one => one.subjectName === certificate.issuerName && !used.has(one.fingerprint),
    );
    const [latest] = named
        .filter(one => signedBy(certificate.x509, one.x509))
        .sort((one, other) => other.notAfter.getTime() - one.notAfter.getTime());
    return latest ?? named[0];
}
