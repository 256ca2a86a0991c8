import { signedBy } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { isAnchor, isIssuedByAnchor } from "../roots";

/**
 * The leaf comes first and each certificate is followed by its issuer: a MUST of TLS 1.2 (RFC 5246, 7.4.2); TLS 1.3
 * still wants the leaf first (RFC 8446, 4.4.2).
 */
export function chainDisordered({ chain }: Facts): Finding | undefined {
    const places = chain.path.map(one => chain.given.indexOf(one));
    const inOrder = places.every((place, i) => i === 0 || place > (places[i - 1] ?? 0));
    if (places[0] === 0 && inOrder) return undefined;
    return {
        code: "chain-disordered",
        severity: "error",
        message: "The certificates are not in the order leaf, its issuer, and so on.",
        advice: `Put them in this order: ${chain.path.map(one => one.subject).join(" / ")}.`,
    };
}

/**
 * Clients know roots only: every certificate between the leaf and a root must be sent. A leaf alone is complete when
 * a root issued it or when it signed itself; roots themselves need not be in the file.
 */
export function chainIncomplete({ chain, roots }: Facts): Finding | undefined {
    const { leaf, path } = chain;
    if (path.length > 1 || leaf.selfSigned || isIssuedByAnchor(leaf, roots)) return undefined;
    return {
        code: "chain-incomplete",
        severity: "error",
        message: `The certificate of the issuer, ${leaf.issuer}, is missing after the one for ${leaf.subject}.`,
        advice: "Append the intermediate certificates (the authority calls it full chain or CA bundle); if a private root issued it directly, append that root.",
    };
}

export function duplicateCertificate({ chain }: Facts): Finding | undefined {
    const prints = chain.given.map(one => one.fingerprint);
    const twice = chain.given.find((one, i) => prints.indexOf(one.fingerprint) !== i);
    if (!twice) return undefined;
    return {
        code: "duplicate-certificate",
        severity: "warning",
        message: `The certificate of ${twice.subject} is in the file more than once.`,
        advice: "Remove the repetition: every client downloads it at each connection.",
    };
}

export function unrelatedCertificate({ chain }: Facts): Finding | undefined {
    const onPath = new Set(chain.path.map(one => one.fingerprint));
    const others = chain.given.filter(one => !onPath.has(one.fingerprint));
    if (others.length === 0) return undefined;
    return {
        code: "unrelated-certificate",
        severity: "warning",
        message: `Not part of the chain of ${chain.leaf.subject}: ${others.map(one => one.subject).join(" / ")}.`,
        advice: "Remove what does not belong to the chain; strict clients refuse it.",
    };
}

/** A root in the chain is ignored: clients trust their own copy or none (RFC 8446, 4.4.2 allows leaving it out). */
export function needlessRoot({ chain, roots }: Facts): Finding | undefined {
    const top = chain.path.at(-1);
    if (chain.path.length < 3 || !top?.selfSigned) return undefined;
    return {
        code: "needless-root",
        severity: "info",
        message: `The chain ends with the root ${top.subject}${isAnchor(top, roots) ? ", which clients have" : ""}.`,
        advice: "Leave the root out: each new connection gets smaller.",
    };
}

/** RFC 5280, 6.1.4: an issuer has basicConstraints CA, the right to sign certificates, and room below it. */
export function issuerNotCa({ chain }: Facts): Finding | undefined {
    for (const [i, issuer] of chain.path.entries()) {
        if (i === 0) continue;
        const reason = !issuer.isCa
            ? "is not a certificate authority"
            : issuer.keyUsage && !issuer.keyUsage.includes("keyCertSign")
              ? "may not sign certificates (key usage)"
              : issuer.pathLength !== undefined && i - 1 > issuer.pathLength
                ? `allows ${issuer.pathLength} intermediates below it and has ${i - 1}`
                : undefined;
        if (!reason) continue;
        return {
            code: "issuer-not-ca",
            severity: "error",
            message: `${issuer.subject} issued ${chain.path[i - 1]?.subject} and ${reason}.`,
            advice: "Get the certificate from an authority; a server's certificate cannot issue another.",
        };
    }
    return undefined;
}

/** A right name with a wrong key: often an older edition of the intermediate. */
export function signatureInvalid({ chain }: Facts): Finding | undefined {
    for (const [i, certificate] of chain.path.entries()) {
        const issuer = chain.path[i + 1];
        if (!issuer || signedBy(certificate.x509, issuer.x509)) continue;
        return {
            code: "signature-invalid",
            severity: "error",
            message: `The signature on ${certificate.subject} was not made by the key of ${issuer.subject} in this file.`,
            advice: "Take the intermediates that came with this very certificate, not those of an earlier one.",
        };
    }
    return undefined;
}

/** Anything critical that a client does not understand makes it refuse (RFC 5280, 4.2). */
export function unknownCriticalExtension({ chain }: Facts): Finding | undefined {
    const owner = chain.path.find(one => one.unknownCriticalExtensions.length > 0);
    if (!owner) return undefined;
    return {
        code: "unknown-critical-extension",
        severity: "error",
        message: `${owner.subject} has critical extensions that TLS clients do not know: ${owner.unknownCriticalExtensions.join(", ")}.`,
        advice: "Ask the authority for a certificate for TLS servers.",
    };
}
