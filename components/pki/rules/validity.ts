import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { isAnchor } from "../roots";

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

/** Apple's systems refuse what is valid for more than 825 days, whoever issued it (support.apple.com/103769). */
export function longLifetime({ chain: { leaf } }: Facts): Finding | undefined {
    const days = (leaf.notAfter.getTime() - leaf.notBefore.getTime()) / DAY_MS;
    if (days <= 825) return undefined;
    return {
        code: "long-lifetime",
        severity: "warning",
        message: `The certificate for ${leaf.subject} is valid for ${Math.round(days)} days; Apple's clients refuse more than 825.`,
        advice: "Get one with a shorter life, and renew it more often.",
    };
}

/** Clients stop at what they trust: the dates of a root, or of a cross-signed edition of one, do not matter. */
function intermediates({ chain, roots }: Facts): Certificate[] {
    return chain.path.slice(1).filter(one => !one.selfSigned && !isAnchor(one, roots));
}
