import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

const DAY_MS = 24 * 60 * 60 * 1000;

/** RFC 5280, 4.1.2.5: both ends are inside the validity period. */
export function leafExpired({ chain: { leaf }, now }: Facts): Finding | undefined {
    if (now <= leaf.notAfter) return undefined;
    return {
        code: "leaf-expired",
        severity: "error",
        message: `The certificate for ${leaf.subject} expired on ${leaf.notAfter.toISOString()}.`,
        advice: "Renew it.",
    };
}

export function leafNotYetValid({ chain: { leaf }, now }: Facts): Finding | undefined {
    if (now >= leaf.notBefore) return undefined;
    return {
        code: "leaf-not-yet-valid",
        severity: "error",
        message: `The certificate for ${leaf.subject} is valid from ${leaf.notBefore.toISOString()} on.`,
        advice: "Wait until then, or check this machine's clock.",
    };
}

export function intermediateExpired(facts: Facts): Finding | undefined {
    const expired = intermediates(facts).find(one => facts.now > one.notAfter);
    if (!expired) return undefined;
    return {
        code: "intermediate-expired",
        severity: "error",
        message: `The certificate of the issuer ${expired.subject} expired on ${expired.notAfter.toISOString()}.`,
        advice: "Use the current intermediate of the authority, and a new certificate when the key of the authority has changed.",
    };
}

export function intermediateNotYetValid(facts: Facts): Finding | undefined {
    const early = intermediates(facts).find(one => facts.now < one.notBefore);
    if (!early) return undefined;
    return {
        code: "intermediate-not-yet-valid",
        severity: "error",
        message: `The certificate of the issuer ${early.subject} is valid from ${early.notBefore.toISOString()} on.`,
        advice: "Use the current intermediate of the authority, or check this machine's clock.",
    };
}

/** Milliseconds before the expiry of a certificate. */
function warningTime({ notBefore, notAfter }: Certificate): number {
    return Math.min((notAfter.getTime() - notBefore.getTime()) / 5, 60 * DAY_MS);
}

function inDays(left: number): string {
    const days = Math.floor(left / DAY_MS);
    return days === 1 ? "1 day" : `${days} days`;
}

/** A fifth of the lifetime, but not more than 60 days: certificates live from 6 days to years. */
export function expiresSoon({ chain: { leaf }, now }: Facts): Finding | undefined {
    const left = leaf.notAfter.getTime() - now.getTime();
    if (left < 0 || now < leaf.notBefore || left > warningTime(leaf)) return undefined;
    return {
        code: "expires-soon",
        severity: "warning",
        message: `The certificate for ${leaf.subject} expires on ${leaf.notAfter.toISOString()}, in ${inDays(left)}.`,
        advice: "Renew it now, to have time in case the renewal fails.",
    };
}

/** The chain is valid only until the first of its certificates expires. Uses the same limit as `expiresSoon`. */
export function issuerExpiresSoon({ chain: { leaf }, verifiedPath, now }: Facts): Finding | undefined {
    const [first] = verifiedPath
        .slice(1)
        .filter(one => one.notAfter < leaf.notAfter && one.notAfter >= now)
        .sort((one, other) => one.notAfter.getTime() - other.notAfter.getTime());
    if (!first) return undefined;
    const left = first.notAfter.getTime() - now.getTime();
    if (left > warningTime(leaf)) return undefined;
    return {
        code: "issuer-expires-soon",
        severity: "warning",
        message: `The certificate of the issuer ${first.subject} expires on ${first.notAfter.toISOString()}, in ${inDays(left)}, before the certificate for ${leaf.subject}. Clients then refuse the chain.`,
        advice: "Replace it by the authority's current intermediate; if that has another key, get a new certificate.",
    };
}

/**
 * Clients that have the root itself do not need a cross-signed certificate of it. After it has expired, old clients (OpenSSL before
 * 1.1.1) still refuse it, as in 2021 when DST Root CA X3 expired.
 */
export function expiredCrossSignedRoot({ chain, verifiedPath, trusted, now }: Facts): Finding | undefined {
    const used = new Set(verifiedPath.map(one => one.fingerprint));
    const expired = chain.path.find((one, i) => i > 0 && now > one.notAfter && !used.has(one.fingerprint));
    if (!expired) return undefined;
    const condition = trusted
        ? "current clients do not need it, because they have the root"
        : `clients accept the chain only if they have a root certificate of ${expired.subject} themselves`;
    return {
        code: "expired-cross-signed-root",
        severity: "warning",
        message: `The certificate of ${expired.subject} at the end of the chain expired on ${expired.notAfter.toISOString()}. Old clients refuse the chain; ${condition}.`,
        advice: `Remove the certificate of ${expired.subject} from the file.`,
    };
}

/** Go and OpenSSL check the dates of the root; Java does not. */
export function rootExpired({ verifiedPath, now }: Facts): Finding | undefined {
    const root = verifiedPath
        .slice(1)
        .find(one => one.selfSigned && (now > one.notAfter || now < one.notBefore));
    if (!root) return undefined;
    const when =
        now > root.notAfter
            ? `expired on ${root.notAfter.toISOString()}`
            : `is valid from ${root.notBefore.toISOString()} on`;
    return {
        code: "root-expired",
        severity: "error",
        message: `The root ${root.subject} ${when}.`,
        advice: "Get a certificate from the current root of the authority, and install that root on clients.",
    };
}

/**
 * Apple's systems refuse certificates that are valid for more than 825 days, whoever issued it, and more than 398 days from a public
 * authority, as Chrome does (support.apple.com/103769 and 102028).
 */
export function longLifetime({ chain: { leaf }, publiclyTrusted }: Facts): Finding | undefined {
    const limit = publiclyTrusted ? 398 : 825;
    const days = lifetimeDays(leaf);
    if (days <= limit) return undefined;
    const who = publiclyTrusted ? "Apple's clients and Chrome" : "Apple's clients";
    return {
        code: "long-lifetime",
        severity: "warning",
        message: `The certificate for ${leaf.subject} is valid for ${Math.round(days)} days; ${who} refuse more than ${limit}.`,
        advice: "Get a certificate with a shorter lifetime.",
    };
}

/** CA/Browser Forum, ballot SC-081v3: the maximum lifetime of public certificates by date of issue. */
const PUBLIC_LIMITS = [
    { from: new Date("2029-03-15"), days: 47 },
    { from: new Date("2027-03-15"), days: 100 },
    { from: new Date("2026-03-15"), days: 200 },
];

/** Tells people who renew by hand that the next certificate has a shorter lifetime. Clients do not check this. */
export function shorterNextTime({ chain: { leaf }, publiclyTrusted }: Facts): Finding | undefined {
    if (!publiclyTrusted) return undefined;
    const limit = PUBLIC_LIMITS.find(({ from }) => leaf.notAfter >= from);
    const days = lifetimeDays(leaf);
    if (!limit || days <= limit.days) return undefined;
    return {
        code: "shorter-next-time",
        severity: "info",
        message: `The certificate for ${leaf.subject} is valid for ${Math.round(days)} days; the next one may be valid for at most ${limit.days} days (public authorities, from ${limit.from.toISOString().slice(0, 10)} on).`,
        advice: "Automate the renewal, because manual renewal will be needed more often.",
    };
}

function lifetimeDays({ notBefore, notAfter }: Certificate): number {
    return (notAfter.getTime() - notBefore.getTime()) / DAY_MS;
}

/** Without cross-signed versions of a trusted root, whose dates clients do not check. */
function intermediates({ verifiedPath }: Facts): Certificate[] {
    return verifiedPath.slice(1).filter(one => !one.selfSigned);
}
