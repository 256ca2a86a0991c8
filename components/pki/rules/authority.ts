import { type Certificate, signedBy } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { NAME_CONSTRAINTS, findViolation } from "../name-constraints";
import { ANY_EXTENDED_KEY_USAGE, SERVER_AUTHENTICATION } from "../extensions";

/** RFC 5280, 6.1.4: an issuer must be a CA, may sign certificates, and has not exceeded its path length. */
export function issuerNotCa({ verifiedPath }: Facts): Finding | undefined {
    for (const [i, issuer] of verifiedPath.entries()) {
        if (i === 0) continue;
        const reason = reasonAgainst(issuer, i - 1);
        if (!reason) continue;
        return {
            code: "issuer-not-ca",
            severity: "error",
            message: `${issuer.subject} issued ${verifiedPath[i - 1]?.subject} and ${reason}.`,
            advice: "Get the certificate from a certificate authority.",
        };
    }
    return undefined;
}

function reasonAgainst(issuer: Certificate, intermediatesBelow: number): string | undefined {
    if (isVersion1Root(issuer)) return undefined;
    if (!issuer.isCa) {
        return issuer.version < 3
            ? "is an X.509 version 1 certificate, which cannot mark a certificate authority"
            : "is not a certificate authority";
    }
    if (issuer.keyUsage && !issuer.keyUsage.includes("keyCertSign")) {
        return "may not sign certificates (key usage)";
    }
    if (issuer.pathLength !== undefined && intermediatesBelow > issuer.pathLength) {
        return `allows ${issuer.pathLength} intermediates below it but has ${intermediatesBelow}`;
    }
    return undefined;
}

/** Version 1 certificates cannot mark an authority. Most clients accept such a root; OpenSSL (strict) and Python 3.13 refuse it. */
export function version1Root({ verifiedPath }: Facts): Finding | undefined {
    const root = verifiedPath.slice(1).find(isVersion1Root);
    if (!root) return undefined;
    return {
        code: "version-1-root",
        severity: "warning",
        message: `The root ${root.subject} is an X.509 version 1 certificate, which cannot mark an authority. Python 3.13 and later refuse it.`,
        advice: "Create a new root of version 3 with basicConstraints CA:TRUE.",
    };
}

function isVersion1Root(issuer: Certificate): boolean {
    return issuer.version < 3 && issuer.selfSigned;
}

/** The issuer name matches but the key does not: often the file has an older intermediate. */
export function signatureInvalid({ verifiedPath }: Facts): Finding | undefined {
    for (const [i, certificate] of verifiedPath.entries()) {
        const issuer = verifiedPath[i + 1];
        if (!issuer || signedBy(certificate.x509, issuer.x509)) continue;
        // Clients do not verify such a signature; `algorithmMismatch` reports it.
        if (certificate.encodingFaults.some(one => one.code === "algorithm-mismatch")) continue;
        return {
            code: "signature-invalid",
            severity: "error",
            message: `The signature on ${certificate.subject} was not made by the key of ${issuer.subject} in this file.`,
            advice: "Use the intermediates that the authority delivered with this certificate.",
        };
    }
    return undefined;
}

/** The signature is valid, but OpenSSL looks for the issuer by its key identifier and does not find it (RFC 5280, 4.2.1.1). */
export function keyIdentifierMismatch({ verifiedPath }: Facts): Finding | undefined {
    for (const [i, certificate] of verifiedPath.entries()) {
        const issuer = verifiedPath[i + 1];
        if (!issuer || !contradictsKeyId(certificate, issuer)) continue;
        // `signatureInvalid` reports a wrong issuer.
        if (!signedBy(certificate.x509, issuer.x509)) continue;
        return {
            code: "key-identifier-mismatch",
            severity: "error",
            message: `${certificate.subject} has an authority key identifier that does not match its issuer ${issuer.subject}, so OpenSSL does not find the issuer.`,
            advice: "Have the authority reissue it with the subject key identifier of its current certificate.",
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

/** RFC 5280, 4.2.1.10: all authorities above a certificate must be allowed to issue for each of its names. */
export function nameNotPermitted({ verifiedPath }: Facts): Finding | undefined {
    for (const [i, authority] of verifiedPath.entries()) {
        const { nameConstraints } = authority;
        if (!nameConstraints || i === 0) continue;
        for (const [place, certificate] of verifiedPath.slice(0, i).entries()) {
            // RFC 5280 exempts self-issued intermediates from the constraints.
            if (place > 0 && certificate.selfIssued) continue;
            const violation = findViolation(nameConstraints, certificate);
            if (!violation) continue;
            const { name, excludedBy, byWildcardOnly } = violation;
            const limit =
                excludedBy === undefined ? "it permits only other names" : `it excludes ${excludedBy}`;
            return {
                code: "name-not-permitted",
                severity: byWildcardOnly ? "warning" : "error",
                message: `${authority.subject} may not issue certificates for ${name}: ${limit} (name constraints)${byWildcardOnly ? ", which Go's clients apply to wildcards too" : ""}.`,
                advice: byWildcardOnly
                    ? "Request a certificate that lists the host names instead of the wildcard."
                    : "Get the certificate from an authority that may issue for this name.",
            };
        }
    }
    return undefined;
}

/** Go refuses critical constraints on name forms that it does not process, even when they do not affect these names. */
export function unusualConstraints({ verifiedPath }: Facts): Finding | undefined {
    const authority = verifiedPath
        .slice(1)
        .find(
            one => one.nameConstraints?.hasUnusualForms && one.criticalExtensions.includes(NAME_CONSTRAINTS),
        );
    if (!authority) return undefined;
    return {
        code: "unusual-constraints",
        severity: "warning",
        message: `${authority.subject} constrains name forms that Go does not process, such as directory names (name constraints), so Go clients refuse the chain.`,
        advice: "Change the private authority to constrain only DNS names and IP addresses.",
    };
}

/** OpenSSL, Go and browsers apply the extended key usage of an authority to all certificates below it. */
export function authorityNotForServers({ verifiedPath }: Facts): Finding | undefined {
    const authority = verifiedPath
        .slice(1)
        .find(({ extendedKeyUsage: uses }) => uses && !uses.includes(SERVER_AUTHENTICATION));
    if (!authority) return undefined;
    const any = authority.extendedKeyUsage?.includes(ANY_EXTENDED_KEY_USAGE);
    return {
        code: "authority-not-for-servers",
        severity: "error",
        message: `The authority ${authority.subject} must not issue certificates for TLS servers (extended key usage${any ? ": anyExtendedKeyUsage, which OpenSSL does not accept" : ""}).`,
        advice: "Use an authority for TLS servers, or reissue its certificate with serverAuth.",
    };
}
