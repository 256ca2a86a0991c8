import { domainToASCII } from "node:url";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_NAME = 253;

/** The name as DNS knows it: lower case, international letters as punycode, no dot at the end. */
export function canonicalHostname(hostname: string): string {
    return domainToASCII(hostname.replace(/\.$/, "")) || hostname.toLowerCase();
}

/** What keeps `hostname` from being a name that clients can use (RFC 1123, section 2.1). */
export function hostnameProblem(hostname: string): string | undefined {
    if (typeof hostname !== "string" || hostname === "")
        return "is empty; give a name like score.contoso.com";
    const quoted = JSON.stringify(hostname);
    if (hostname.includes("://"))
        return `${quoted} is an address; give the name alone, like score.contoso.com`;
    if (/[/?#]/.test(hostname)) return `${quoted} has a path; give the name alone, like score.contoso.com`;
    if (hostname.includes(":"))
        return `${quoted} has a port; clients use 443 (80 without TLS), so leave it out`;
    if (hostname.includes("*")) return `${quoted} is a pattern; give the one name that clients use`;
    if (/^\d{1,3}(\.\d{1,3}){3}$/.test(hostname)) {
        return `${quoted} is an address that Azure may change; give a name`;
    }
    const name = canonicalHostname(hostname);
    if (name.length > LONGEST_NAME)
        return `${quoted} has ${name.length} characters; DNS allows ${LONGEST_NAME}`;
    const labels = name.split(".");
    if (labels.length < 2) return `${quoted} has no domain; give a full name like score.contoso.com`;
    const wrong = labels.find(label => !LABEL.test(label));
    if (wrong === undefined) return undefined;
    if (wrong === "") return `${quoted} has two dots in a row or one at its start`;
    return `${quoted}: the part "${wrong}" must be 1 to 63 letters, digits and '-', with no '-' at its ends`;
}

/**
 * What keeps `hostname` from having a record in the zone. A zone's apex holds SOA and NS records, and a CNAME
 * cannot stand beside others (RFC 1034, section 3.6.2).
 * @param apex whether the record can stand there: an address record can
 */
export function zoneProblem(hostname: string, zoneName: string, apex: boolean): string | undefined {
    const name = canonicalHostname(hostname);
    const zone = canonicalHostname(zoneName);
    if (name === zone) {
        if (apex) return undefined;
        return `${name} is the apex of the zone, where DNS allows no CNAME; use a name below it, like score.${zone}`;
    }
    if (liesInZone(hostname, zoneName)) return undefined;
    return `${name} does not lie in the zone ${zone}; use a name like score.${zone}, or name the zone that holds it`;
}

/** Whether the zone holds the name: its apex or what is below. */
export function liesInZone(hostname: string, zoneName: string): boolean {
    const zone = canonicalHostname(zoneName);
    return `.${canonicalHostname(hostname)}`.endsWith(`.${zone}`);
}

/** The name of the record set inside of its zone: `score` for score.contoso.com in contoso.com, `@` at the apex. */
export function relativeName(hostname: string, zoneName: string): string {
    return canonicalHostname(hostname).slice(0, -(canonicalHostname(zoneName).length + 1)) || "@";
}
