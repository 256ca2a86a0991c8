import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

/**
 * What RFC 5280 demands and only strict clients insist on: OpenSSL with -x509_strict, which Python does from 3.13 on,
 * Go and Firefox. Most clients connect, so all of these are warnings.
 */
const REISSUE =
    "Have the authority issue it anew as RFC 5280 demands; `openssl verify -x509_strict` tells when it is right.";
const PYTHON = "Python from 3.13 on refuses it";

/** RFC 5280, 4.2.1.1 and 4.2.1.2. */
export function missingKeyIdentifier({ links, trusted }: Facts): Finding | undefined {
    for (const [i, certificate] of links.entries()) {
        // Nothing is asked of who stands alone, and only version 3 has identifiers.
        if (links.length === 1 && certificate.selfSigned) continue;
        if (certificate.version < 3) continue;
        const isAnchor = certificate.selfSigned || (trusted && i === links.length - 1);
        const missing =
            !isAnchor && certificate.authorityKeyId?.keyId === undefined
                ? "authority key identifier"
                : i > 0 && certificate.isCa && certificate.subjectKeyId === undefined
                  ? "subject key identifier"
                  : undefined;
        if (!missing) continue;
        return {
            code: "missing-key-identifier",
            severity: "warning",
            message: `${certificate.subject} has no ${missing}: ${PYTHON}.`,
            advice: REISSUE,
        };
    }
    return undefined;
}

/** RFC 5280, 4.2.1.3 and 4.2.1.9: an authority says critically that it is one, and that it may sign certificates. */
export function looseAuthority({ links }: Facts): Finding | undefined {
    for (const authority of links.slice(1)) {
        if (!authority.isCa) continue;
        const reason = !authority.criticalExtensions.includes(BASIC_CONSTRAINTS)
            ? "says that it is an authority in an extension that is not critical"
            : authority.keyUsage === undefined
              ? "does not say that it may sign certificates (key usage)"
              : undefined;
        if (!reason) continue;
        return {
            code: "loose-authority",
            severity: "warning",
            message: `The authority ${authority.subject} ${reason}: ${PYTHON}.`,
            advice: REISSUE,
        };
    }
    return undefined;
}

const BASIC_CONSTRAINTS = "2.5.29.19";

/** A server's certificate with an authority's rights: Firefox refuses an authority as a server, Python 3.13 a half one. */
export function leafIsAuthority({ chain: { leaf } }: Facts): Finding | undefined {
    const reason = leaf.isCa
        ? "is an authority (basicConstraints): Firefox refuses it as a server"
        : leaf.keyUsage?.includes("keyCertSign")
          ? `may sign certificates (key usage) without being an authority: ${PYTHON}`
          : leaf.pathLength !== undefined
            ? `limits the path below it without being an authority: ${PYTHON}`
            : undefined;
    if (!reason) return undefined;
    return {
        code: "leaf-is-authority",
        severity: "warning",
        message: `The certificate for ${leaf.subject} ${reason}.`,
        advice: "Get one with basicConstraints CA:FALSE and without the key usage keyCertSign.",
    };
}

/** RFC 5280, 4.1.2.4, 4.1.2.6 and 4.2.1.6: only the alternative names may say who it is, and then critically. */
export function emptySubject({ links }: Facts): Finding | undefined {
    for (const [i, certificate] of links.entries()) {
        if (certificate.hasSubject) continue;
        const namesAreCritical = certificate.criticalExtensions.includes(SUBJECT_ALTERNATIVE_NAME);
        if (i === 0 && !certificate.isCa && namesAreCritical) continue;
        const who =
            i === 0 && !certificate.isCa
                ? `The certificate for ${certificate.dnsNames.join(", ")} has an empty subject, and alternative names that are not critical`
                : "An authority of the chain has an empty subject";
        return {
            code: "empty-subject",
            severity: "warning",
            message: `${who}: ${PYTHON}.`,
            advice: REISSUE,
        };
    }
    return undefined;
}

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

/** RFC 5280, 4.1.2.2: a positive number of at most 20 bytes. Go refuses a negative one, Chrome a longer one. */
export function badSerial({ links }: Facts): Finding | undefined {
    for (const certificate of links) {
        const reason = weaknessOfSerial(certificate);
        if (!reason) continue;
        return {
            code: "bad-serial",
            severity: "warning",
            message: `The serial number of ${certificate.subject} ${reason}.`,
            advice: REISSUE,
        };
    }
    return undefined;
}

function weaknessOfSerial({ serial }: Certificate): string | undefined {
    if (((serial[0] ?? 0) & 0x80) !== 0) return "is negative: Go's clients refuse it";
    if (serial.every(byte => byte === 0)) return "is zero, which strict clients refuse";
    return serial.length > 20 ? `has ${serial.length} bytes: Chrome refuses more than 20` : undefined;
}
