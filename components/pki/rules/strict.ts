import type { Certificate } from "../certificate";
import { BASIC_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME } from "../extensions";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

/**
 * Requirements of RFC 5280 that only strict clients enforce: OpenSSL with -x509_strict (Python 3.13 and later use it), Go and
 * Firefox. Most clients connect, so these findings are warnings.
 */
const REISSUE =
    "Have the authority reissue it according to RFC 5280; check it with `openssl verify -x509_strict`.";
const PYTHON = "Python 3.13 and later refuse it";

/** RFC 5280, 4.2.1.1 and 4.2.1.2. */
export function missingKeyIdentifier({ verifiedPath, trusted }: Facts): Finding | undefined {
    for (const [i, certificate] of verifiedPath.entries()) {
        // A single certificate needs no identifiers, and only version 3 has them.
        if (verifiedPath.length === 1 && certificate.selfSigned) continue;
        if (certificate.version < 3) continue;
        const isAnchor = certificate.selfSigned || (trusted && i === verifiedPath.length - 1);
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

/** RFC 5280, 4.2.1.3 and 4.2.1.9: an authority needs a critical basicConstraints extension and the key usage keyCertSign. */
export function looseAuthority({ verifiedPath }: Facts): Finding | undefined {
    for (const authority of verifiedPath.slice(1)) {
        if (!authority.isCa) continue;
        const reason = !authority.criticalExtensions.includes(BASIC_CONSTRAINTS)
            ? "has a basicConstraints extension that is not critical"
            : authority.keyUsage === undefined
              ? "lacks the key usage keyCertSign"
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

/** Firefox refuses a CA certificate for a server. Python 3.13 also refuses some of the rights of a CA. */
export function leafIsAuthority({ chain: { leaf } }: Facts): Finding | undefined {
    const reason = leaf.isCa
        ? "is an authority (basicConstraints): Firefox refuses it as a server"
        : leaf.keyUsage?.includes("keyCertSign")
          ? `may sign certificates (key usage) without being an authority: ${PYTHON}`
          : leaf.pathLength !== undefined
            ? `has a path length without being an authority: ${PYTHON}`
            : undefined;
    if (!reason) return undefined;
    return {
        code: "leaf-is-authority",
        severity: "warning",
        message: `The certificate for ${leaf.subject} ${reason}.`,
        advice: "Get a certificate with basicConstraints CA:FALSE and without the key usage keyCertSign.",
    };
}

/** RFC 5280, 4.1.2.4, 4.1.2.6 and 4.2.1.6: an empty subject needs critical subject alternative names. */
export function emptySubject({ verifiedPath }: Facts): Finding | undefined {
    for (const [i, certificate] of verifiedPath.entries()) {
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

/** RFC 5280, 4.1.2.2: a positive number of at most 20 bytes. Go refuses a negative one, Chrome a longer one. */
export function badSerial({ verifiedPath }: Facts): Finding | undefined {
    for (const certificate of verifiedPath) {
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
    if (((serial[0] ?? 0) & 0x80) !== 0) return "is negative: Go clients refuse it";
    if (serial.every(byte => byte === 0)) return "is zero, which strict clients refuse";
    return serial.length > 20 ? `has ${serial.length} bytes: Chrome refuses more than 20` : undefined;
}
