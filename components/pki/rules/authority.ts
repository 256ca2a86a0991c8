import { id_ce_nameConstraints, id_kp_serverAuth } from "@peculiar/asn1-x509";
import { type Certificate, signedBy } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { findViolation } from "../name-constraints";

const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/** RFC 5280, 6.1.4: an issuer has basicConstraints CA, the right to sign certificates, and room below it. */
export function issuerNotCa({ links }: Facts): Finding | undefined {
    for (const [i, issuer] of links.entries()) {
        if (i === 0) continue;
        const reason = reasonAgainst(issuer, i - 1);
        if (!reason) continue;
        return {
            code: "issuer-not-ca",
            severity: "error",
            message: `${issuer.subject} issued ${links[i - 1]?.subject} and ${reason}.`,
            advice: "Get the certificate from an authority; a server's certificate cannot issue another.",
        };
    }
    return undefined;
}

function reasonAgainst(issuer: Certificate, intermediatesBelow: number): string | undefined {
    if (isVersion1Root(issuer)) return undefined;
    if (!issuer.isCa) {
        return issuer.version < 3
            ? "is of version 1, which cannot say that it is a certificate authority"
            : "is not a certificate authority";
    }
    if (issuer.keyUsage && !issuer.keyUsage.includes("keyCertSign")) {
        return "may not sign certificates (key usage)";
    }
    if (issuer.pathLength !== undefined && intermediatesBelow > issuer.pathLength) {
        return `allows ${issuer.pathLength} intermediates below it and has ${intermediatesBelow}`;
    }
    return undefined;
}

/** Before 1999 nothing in a root said that it was one. Most clients still take it; OpenSSL and Python 3.13 when strict do not. */
export function version1Root({ links }: Facts): Finding | undefined {
    const root = links.slice(1).find(isVersion1Root);
    if (!root) return undefined;
    return {
        code: "version-1-root",
        severity: "warning",
        message: `The root ${root.subject} is of version 1: nothing in it says that it is an authority. Python from 3.13 on refuses it.`,
        advice: "Have the private authority make a new root of version 3 with basicConstraints CA.",
    };
}

function isVersion1Root(issuer: Certificate): boolean {
    return issuer.version < 3 && issuer.selfSigned;
}

/** A right name with a wrong key: often an older edition of the intermediate. */
export function signatureInvalid({ links }: Facts): Finding | undefined {
    for (const [i, certificate] of links.entries()) {
        const issuer = links[i + 1];
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

/** The signature fits, but OpenSSL goes by the key identifier and does not find the issuer (RFC 5280, 4.2.1.1). */
export function keyIdentifierMismatch({ links }: Facts): Finding | undefined {
    for (const [i, certificate] of links.entries()) {
        const issuer = links[i + 1];
        if (!issuer || !contradictsKeyId(certificate, issuer)) continue;
        // Then it is the wrong issuer, and that is said elsewhere.
        if (!signedBy(certificate.x509, issuer.x509)) continue;
        return {
            code: "key-identifier-mismatch",
            severity: "error",
            message: `${certificate.subject} names another authority key identifier than that of its issuer ${issuer.subject}: OpenSSL does not find the issuer.`,
            advice: "Have the authority issue it anew, with the subject key identifier of its present certificate.",
        };
    }
    return undefined;
}

/** Whether the authority key identifier says that another certificate than `issuer` signed `certificate`. */
export function contradictsKeyId({ authorityKeyId }: Certificate, issuer: Certificate): boolean {
    if (!authorityKeyId) return false;
    const { keyId, issuerDer, serial } = authorityKeyId;
    return (
        (keyId !== undefined && issuer.subjectKeyId !== undefined && keyId !== issuer.subjectKeyId) ||
        (issuerDer !== undefined && issuerDer !== issuer.issuerDer) ||
        (serial !== undefined && serial !== issuer.serial.toString("hex"))
    );
}

/** RFC 5280, 4.2.1.10: every name of a certificate is one that all the authorities above it may speak for. */
export function nameNotPermitted({ links }: Facts): Finding | undefined {
    for (const [i, authority] of links.entries()) {
        const { nameConstraints } = authority;
        if (!nameConstraints || i === 0) continue;
        for (const [place, certificate] of links.slice(0, i).entries()) {
            // An authority that certifies a new key of its own is not under its own constraints.
            if (place > 0 && certificate.subjectDer === certificate.issuerDer) continue;
            const violation = findViolation(nameConstraints, certificate);
            if (!violation) continue;
            const { name, excludedBy, byWildcardOnly } = violation;
            const limit =
                excludedBy === undefined ? "it may speak for others only" : `it excludes ${excludedBy}`;
            return {
                code: "name-not-permitted",
                severity: byWildcardOnly ? "warning" : "error",
                message: `${authority.subject} may not issue certificates for ${name}: ${limit} (name constraints)${byWildcardOnly ? ", which Go's clients apply to wildcards too" : ""}.`,
                advice: byWildcardOnly
                    ? "Name the hosts one by one instead of the wildcard."
                    : "Get the certificate from an authority that may speak for the name.",
            };
        }
    }
    return undefined;
}

/** Go refuses what is critical and what it does not process, though it may forbid nothing here. */
export function unusualConstraints({ links }: Facts): Finding | undefined {
    const authority = links
        .slice(1)
        .find(
            one =>
                one.nameConstraints?.hasUnusualForms &&
                one.criticalExtensions.includes(id_ce_nameConstraints),
        );
    if (!authority) return undefined;
    return {
        code: "unusual-constraints",
        severity: "warning",
        message: `${authority.subject} limits names other than DNS names and addresses (name constraints), such as those of directories: Go's clients do not process it and refuse the chain.`,
        advice: "Have the private authority limit DNS names and addresses only.",
    };
}

/** OpenSSL, Go and the browsers read the uses that an authority lists as the uses of all that it issues. */
export function authorityNotForServers({ links }: Facts): Finding | undefined {
    const authority = links
        .slice(1)
        .find(({ extendedKeyUsage: uses }) => uses && !uses.includes(id_kp_serverAuth));
    if (!authority) return undefined;
    const any = authority.extendedKeyUsage?.includes(ANY_EXTENDED_KEY_USAGE);
    return {
        code: "authority-not-for-servers",
        severity: "error",
        message: `The authority ${authority.subject} is not meant to issue for TLS servers (extended key usage${any ? ": any use, which OpenSSL does not count" : ""}).`,
        advice: "Get the certificate from an authority for servers, or have its certificate made anew with serverAuth.",
    };
}
