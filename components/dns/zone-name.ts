import { canonicalHostname } from "../shared/host-name";

/**
 * Why `hostname` cannot have a record in the zone. The apex of a zone has SOA and NS records, and DNS allows no other record
 * next to a CNAME (RFC 1034, section 3.6.2).
 * @param apexAllowed whether the record may be at the apex, as an address record may
 */
export function zoneProblem(hostname: string, zoneName: string, apexAllowed: boolean): string | undefined {
    const name = canonicalHostname(hostname);
    const zone = canonicalHostname(zoneName);
    if (name === zone) {
        if (apexAllowed) return undefined;
        return `${name} is the apex of the zone, where DNS allows no CNAME; use a name below it, like score.${zone}`;
    }
    if (isInZone(hostname, zoneName)) return undefined;
    return `${name} is not in the DNS zone ${zone}; use a name like score.${zone}, or set dns.zoneName to the zone of ${name}`;
}

/** Whether the name is the apex of the zone or below it. */
export function isInZone(hostname: string, zoneName: string): boolean {
    const zone = canonicalHostname(zoneName);
    return `.${canonicalHostname(hostname)}`.endsWith(`.${zone}`);
}

/** The name of the record set, relative to its zone: `score` for score.contoso.com in contoso.com, `@` at the apex. */
export function relativeName(hostname: string, zoneName: string): string {
    return canonicalHostname(hostname).slice(0, -(canonicalHostname(zoneName).length + 1)) || "@";
}
