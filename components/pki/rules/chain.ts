import { type Certificate, signedBy } from "../certificate";
import type { CertificateChain } from "../chain";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { isTrustAnchor, isIssuedByTrustAnchor } from "../roots";
import { contradictsKeyId } from "./authority";

/**
 * The leaf comes first and each certificate is followed by its issuer: a MUST of TLS 1.2 (RFC 5246, 7.4.2). TLS 1.3
 * and the front still require the leaf first (RFC 8446, 4.4.2); current clients sort the other certificates.
 */
export function chainDisordered({ chain }: Facts): Finding | undefined {
    const places = chain.path.map(one => chain.certificates.indexOf(one));
    const inOrder = places.every((place, i) => i === 0 || place > (places[i - 1] ?? 0));
    const leafIsFirst = places[0] === 0;
    if (leafIsFirst && inOrder) return undefined;
    return {
        code: "chain-disordered",
        severity: leafIsFirst ? "warning" : "error",
        message: leafIsFirst
            ? "The intermediates are not in the order of issue, which old clients require."
            : "The certificates are not in the order leaf, its issuer, and so on.",
        advice: `Put them in this order: ${chain.path.map(one => one.subject).join(" / ")}.`,
    };
}

/**
 * Clients have only root certificates, so the server must send every certificate between the leaf and a root. A leaf alone is complete
 * when a root issued it or when it is self-signed. Roots need not be in the file.
 */
export function chainIncomplete({ chain, roots }: Facts): Finding | undefined {
    const { leaf, path } = chain;
    if (path.length > 1 || leaf.selfSigned || isIssuedByTrustAnchor(leaf, roots)) return undefined;
    return {
        code: "chain-incomplete",
        severity: "error",
        message: `The certificate of the issuer, ${leaf.issuer}, is missing after the one for ${leaf.subject}.`,
        advice: `Append the intermediate certificates (the authority calls it full chain or CA bundle${leaf.issuerUrl === undefined ? "" : `; the first one is at ${leaf.issuerUrl}`}); if a private root issued it directly, append that root.`,
    };
}

/**
 * OpenSSL takes a certificate whose subject equals its issuer for self-signed unless key identifiers exclude it, and then looks for no
 * issuer. Schannel (.NET, PowerShell) goes by the names alone.
 */
export function sameSubjectAsIssuer({ chain, verifiedPath }: Facts): Finding | undefined {
    const same = verifiedPath.filter(one => one.selfIssued && !one.selfSigned);
    const taken = same.find(one => !contradictsKeyId(one, one));
    // An authority with a new key bears its old name (RFC 5280, 3.2); its key identifiers differ.
    const found = taken ?? same.find(one => one === chain.leaf);
    if (!found) return undefined;
    const who = taken
        ? "OpenSSL (curl, Python, Node) takes it for self-signed and refuses it"
        : ".NET and other clients on Windows take it for self-signed and refuse it";
    return {
        code: "same-subject-as-issuer",
        severity: taken ? "error" : "warning",
        message: `The certificate ${found.subject} has the same subject as its issuer: ${who}.`,
        advice: "Rename one of the two: issue the certificate again with another subject, such as CN and the host name.",
    };
}

/** Names are equal in spite of case, blanks and types of strings (RFC 5280, 7.1), but Go compares their encodings. */
export function nameEncodingDiffers({ verifiedPath }: Facts): Finding | undefined {
    const certificate = verifiedPath.find((one, i) => {
        const issuer = verifiedPath[i + 1];
        return issuer !== undefined && one.issuerDer !== issuer.subjectDer;
    });
    if (!certificate) return undefined;
    return {
        code: "name-encoding-differs",
        severity: "warning",
        message: `The certificate for ${certificate.subject} and its issuer encode the name ${certificate.issuer} in different ways, so Go clients do not find the issuer.`,
        advice: "Have the authority reissue it with the name exactly as in the authority's own certificate.",
    };
}

export function duplicateCertificate({ chain }: Facts): Finding | undefined {
    const prints = chain.certificates.map(one => one.fingerprint);
    const twice = chain.certificates.find((one, i) => prints.indexOf(one.fingerprint) !== i);
    if (!twice) return undefined;
    return {
        code: "duplicate-certificate",
        severity: "warning",
        message: `The certificate of ${twice.subject} is in the file more than once.`,
        advice: "Remove the duplicate, because the server sends it with every connection.",
    };
}

export function unrelatedCertificate({ chain }: Facts): Finding | undefined {
    const onPath = new Set(chain.path.map(one => one.fingerprint));
    // Other rules report more serious problems of these certificates.
    const wrong = wrongIssuers(chain).map(one => one.wrong);
    const others = chain.certificates.filter(one => !onPath.has(one.fingerprint) && !wrong.includes(one));
    if (others.length === 0) return undefined;
    return {
        code: "unrelated-certificate",
        severity: "warning",
        message: `Not part of the chain of ${chain.leaf.subject}: ${others.map(one => one.subject).join(" / ")}.`,
        advice: "Remove these certificates; strict clients refuse them.",
    };
}

/**
 * OpenSSL takes the first certificate with the name of the issuer, unless key identifiers exclude it. When the signature does not
 * match, OpenSSL does not try the next one.
 */
export function wrongIssuerFirst({ chain }: Facts): Finding | undefined {
    const [found] = wrongIssuers(chain);
    if (!found) return undefined;
    const { certificate, wrong } = found;
    return {
        code: "wrong-issuer-first",
        severity: "error",
        message: `Two certificates of ${wrong.subject} follow ${certificate.subject}, and the first one did not sign it, so clients that select the issuer by name refuse the chain.`,
        advice: "Remove the one that did not sign it. Usually it belongs to another key of the authority.",
    };
}

function wrongIssuers({
    path,
    certificates,
}: CertificateChain): { certificate: Certificate; wrong: Certificate }[] {
    return path.slice(1).flatMap((issuer, i) => {
        const certificate = path[i];
        if (!certificate || !signedBy(certificate.x509, issuer.x509)) return [];
        return certificates
            .slice(0, certificates.indexOf(issuer))
            .filter(one => one.subjectName === certificate.issuerName && !contradictsKeyId(certificate, one))
            .filter(one => !path.includes(one) && !signedBy(certificate.x509, one.x509))
            .map(wrong => ({ certificate, wrong }));
    });
}

/** Clients ignore a root in the chain and use their own copy (RFC 8446, 4.4.2 allows omitting it). */
export function needlessRoot({ chain, roots }: Facts): Finding | undefined {
    const top = chain.path.at(-1);
    const hasIssued = chain.path.length > 1;
    // A private root that issued the leaf directly completes the chain, see `chainIncomplete`.
    const mayBeNeeded = chain.path.length === 2 && top && !isTrustAnchor(top, roots);
    if (!hasIssued || !top?.selfSigned || mayBeNeeded) return undefined;
    return {
        code: "needless-root",
        severity: "info",
        message: `The chain ends with the root ${top.subject}${isTrustAnchor(top, roots) ? ", which clients have" : ""}.`,
        advice: "Remove the root to reduce the size of each handshake.",
    };
}
