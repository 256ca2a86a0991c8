import type { KeyObject } from "node:crypto";
import { type Certificate, signedBy } from "./certificate";

/** Certificates put in relation to each other. */
export interface CertificateChain {
    /** The certificate that the service presents as its own. */
    leaf: Certificate;
    /** The leaf, its issuer, and so on as far as the given certificates go. */
    path: Certificate[];
    /** As given. */
    given: Certificate[];
}

/**
 * Finds the leaf and the way up from it. The leaf is the certificate that issued none of the others; where several
 * qualify, the one that the key belongs to, or else the first.
 */
export function buildChain(given: Certificate[], key?: KeyObject): CertificateChain | undefined {
    const issuersOfOthers = new Set(given.filter(one => !one.selfSigned).map(one => one.issuerDer));
    const candidates = given.filter(one => !issuersOfOthers.has(one.subjectDer));
    const leaf = (key && candidates.find(one => one.x509.checkPrivateKey(key))) ?? candidates[0] ?? given[0];
    if (!leaf) return undefined;
    const path = [leaf];
    for (let top = leaf; !top.selfSigned;) {
        const issuer = findIssuer(top, given, path);
        if (!issuer) break;
        path.push(issuer);
        top = issuer;
    }
    return { leaf, path, given };
}

/** Several certificates may bear the issuer's name (renewed, cross-signed): the one whose key fits is meant. */
function findIssuer(
    certificate: Certificate,
    given: Certificate[],
    path: Certificate[],
): Certificate | undefined {
    const taken = new Set(path.map(one => one.fingerprint));
    const named = given.filter(
        one => one.subjectDer === certificate.issuerDer && !taken.has(one.fingerprint),
    );
    return named.find(one => signedBy(certificate.x509, one.x509)) ?? named[0];
}
