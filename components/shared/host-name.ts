import { domainToASCII } from "node:url";

/** One part of a host name in lower case (RFC 1123, section 2.1). */
export const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const MAX_NAME_LENGTH = 253;

/** Whether `text` is a host name in canonical form. A single label is enough, as in `localhost`. */
export function isCanonicalHostname(text: string): boolean {
    return text.length <= MAX_NAME_LENGTH && text.split(".").every(label => DNS_LABEL.test(label));
}

/** The canonical form that DNS compares: lower case, international letters as Punycode, no dot at the end. */
export function canonicalHostname(hostname: string): string {
    return domainToASCII(hostname.replace(/\.$/, "")) || hostname.toLowerCase();
}

/** Why `hostname` cannot be the public name of a service: a host name with at least two labels (RFC 1123, section 2.1). */
export function hostnameProblem(hostname: string): string | undefined {
    const example = "like score.contoso.com";
    if (typeof hostname !== "string" || hostname === "") return `is empty; set it to a host name ${example}`;
    const quoted = JSON.stringify(hostname);
    if (hostname.includes("://")) return `${quoted} is a URL; give the host name alone, ${example}`;
    if (/[/?#]/.test(hostname)) return `${quoted} has a path; give the host name alone, ${example}`;
    if (hostname.includes(":")) {
        return `${quoted} has a port; remove it (the service uses 443, or 80 without TLS)`;
    }
    if (hostname.includes("*")) return `${quoted} is a wildcard; give the exact host name that clients use`;
    const name = canonicalHostname(hostname);
    if (endsInNumber(name)) {
        return `${quoted} is an IP address for clients, because it ends in a number; give a host name ${example}`;
    }
    if (name.length > MAX_NAME_LENGTH) {
        return `${quoted} has ${name.length} characters; DNS allows at most ${MAX_NAME_LENGTH}`;
    }
    const labels = name.split(".");
    if (labels.length < 2) return `${quoted} has no domain; give a full host name ${example}`;
    const wrong = labels.find(label => !DNS_LABEL.test(label));
    if (wrong === undefined) return undefined;
    if (wrong === "") return `${quoted} has an empty part: two dots in a row, or a dot at the start`;
    return `${quoted}: the part "${wrong}" must have 1 to 63 letters, digits and '-', without a '-' at its start or end`;
}

/** Whether clients take the name for an IPv4 address: 10.0.0.1, but also 10.1 and 0x7f.1 (WHATWG URL, ends-in-a-number checker). */
function endsInNumber(canonicalName: string): boolean {
    return /(^|\.)(\d+|0x[0-9a-f]*)$/.test(canonicalName);
}
