import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

const DAY_MS = 24 * 60 * 60 * 1000;

/** RFC 5280, 4.1.2.5: both ends belong to the validity. */
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
        advice: "Take the authority's present intermediate, and a new certificate if it has a new key.",
    };
}

export function intermediateNotYetValid(facts: Facts): Finding | undefined {
    const early = intermediates(facts).find(one => facts.now < one.notBefore);
    if (!early) return undefined;
    return {
        code: "intermediate-not-yet-valid",
        severity: "error",
        message: `The certificate of the issuer ${early.subject} is valid from ${early.notBefore.toISOString()} on.`,
        advice: "Take the authority's present intermediate, or check this machine's clock.",
    };
}

/** A fifth of the lifetime, but not more than 60 days: certificates live from 6 days to years. */
export function expiresSoon({ chain: { leaf }, now }: Facts): Finding | undefined {
    const lifetime = leaf.notAfter.getTime() - leaf.notBefore.getTime();
    const left = leaf.notAfter.getTime() - now.getTime();
    if (left < 0 || now < leaf.notBefore || left > Math.min(lifetime / 5, 60 * DAY_MS)) return undefined;
    const days = Math.floor(left / DAY_MS);
    return {
        code: "expires-soon",
        severity: "warning",
        message: `The certificate for ${leaf.subject} expires on ${leaf.notAfter.toISOString()}, in ${days === 1 ? "1 day" : `${days} days`}.`,
        advice: "Renew it now, so that there is time when something goes wrong.",
    };
}

/** Clients have the same root, or a root that is no better (Go and OpenSSL look at its dates; Java does not). */
export function rootExpired({ links, now }: Facts): Finding | undefined {
    const root = links.slice(1).find(one => one.selfSigned && (now > one.notAfter || now < one.notBefore));
    if (!root) return undefined;
    const when =
        now > root.notAfter
            ? `expired on ${root.notAfter.toISOString()}`
            : `is valid from ${root.notBefore.toISOString()} on`;
    return {
        code: "root-expired",
        severity: "error",
        message: `The root ${root.subject} ${when}.`,
        advice: "Get a certificate below the authority's present root, and give clients that root.",
    };
}

/**
 * Apple's systems refuse what is valid for more than 825 days, whoever issued it, and more than 398 days from a public
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
        advice: "Get one with a shorter life, and renew it more often.",
    };
}

/** CA/Browser Forum, ballot SC-081v3: how long a certificate of a public authority may live, by when it is issued. */
const PUBLIC_LIMITS = [
    { from: new Date("2029-03-15"), days: 47 },
    { from: new Date("2027-03-15"), days: 100 },
    { from: new Date("2026-03-15"), days: 200 },
];

/** The next one cannot be as long as this one: who renews by hand has to know before. No client looks at it. */
export function shorterNextTime({ chain: { leaf }, publiclyTrusted }: Facts): Finding | undefined {
    if (!publiclyTrusted) return undefined;
    const limit = PUBLIC_LIMITS.find(({ from }) => leaf.notAfter >= from);
    const days = lifetimeDays(leaf);
    if (!limit || days <= limit.days) return undefined;
    return {
        code: "shorter-next-time",
        severity: "info",
        message: `The certificate for ${leaf.subject} is valid for ${Math.round(days)} days; its successor may live ${limit.days} days (public authorities, from ${limit.from.toISOString().slice(0, 10)} on).`,
        advice: "Have certificates renewed by a program; by hand it becomes work for every few weeks.",
    };
}

function lifetimeDays({ notBefore, notAfter }: Certificate): number {
    return (notAfter.getTime() - notBefore.getTime()) / DAY_MS;
}

/** Clients stop at what they trust: the dates of a cross-signed edition of a root do not matter. */
function intermediates({ links }: Facts): Certificate[] {
    return links.slice(1).filter(one => !one.selfSigned);
}
