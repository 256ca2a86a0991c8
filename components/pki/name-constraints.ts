import { BlockList, isIP } from "node:net";
import type * as asn1 from "@peculiar/asn1-x509";

/** Part of a space of names (RFC 5280, 4.2.1.10). Forms of names that TLS clients do not use are left out. */
interface Subtrees {
    dnsNames: string[];
    /** Networks, e.g. `10.0.0.0/8`. */
    networks: string[];
    /** Each as `subjectRdns` of a certificate. */
    directories: string[][];
}

/** Which names an authority may speak for. */
export interface NameConstraints {
    /** A form of names without a subtree here is free. */
    permitted: Subtrees;
    excluded: Subtrees;
    /** Some are on neither DNS names, addresses, mail addresses nor URIs: Go knows no more forms than these. */
    hasUnusualForms: boolean;
}

/** A certificate's names that constraints are applied to. */
export interface ConstrainedNames {
    dnsNames: string[];
    ipAddresses: string[];
    subjectRdns: string[];
    subject: string;
}

export interface Violation {
    name: string;
    /** Absent: outside of all that is permitted. */
    excludedBy?: string;
    /** Go's clients alone see it: a wildcard stands for a name that is excluded (CVE-2025-61727). */
    byWildcardOnly?: true;
}

export function readNameConstraints(
    extension: asn1.NameConstraints | undefined,
): NameConstraints | undefined {
    if (!extension) return undefined;
    const { permittedSubtrees, excludedSubtrees } = extension;
    const bases = [...(permittedSubtrees ?? []), ...(excludedSubtrees ?? [])].map(one => one.base);
    return {
        permitted: readSubtrees(permittedSubtrees),
        excluded: readSubtrees(excludedSubtrees),
        hasUnusualForms: bases.some(
            one =>
                (one.dNSName ?? one.iPAddress ?? one.rfc822Name ?? one.uniformResourceIdentifier) ===
                undefined,
        ),
    };
}

/** The attributes of a name, outermost first; case and spaces do not count (RFC 5280, 7.1). */
export function comparableRdns(name: asn1.Name): string[] {
    return [...name].map(rdn =>
        [...rdn]
            .map(({ type, value }) => `${type}=${value.toString().trim().replace(/\s+/g, " ").toLowerCase()}`)
            .sort()
            .join("+"),
    );
}

/** The first of a certificate's names that an authority with these constraints may not speak for. */
export function findViolation(constraints: NameConstraints, names: ConstrainedNames): Violation | undefined {
    return (
        violationOf(names.dnsNames, constraints, "dnsNames", isBelow) ??
        violationOf(names.ipAddresses, constraints, "networks", isInNetwork) ??
        violationOfDirectory(constraints, names) ??
        violationOfWildcard(constraints, names.dnsNames)
    );
}

function violationOf(
    names: readonly string[],
    { permitted, excluded }: NameConstraints,
    form: "dnsNames" | "networks",
    isWithin: (name: string, subtree: string) => boolean,
): Violation | undefined {
    for (const name of names) {
        const excludedBy = excluded[form].find(subtree => isWithin(name, subtree));
        if (excludedBy !== undefined) return { name, excludedBy };
        if (permitted[form].length > 0 && !permitted[form].some(subtree => isWithin(name, subtree))) {
            return { name };
        }
    }
    return undefined;
}

function violationOfDirectory(
    { permitted, excluded }: NameConstraints,
    { subject, subjectRdns }: ConstrainedNames,
): Violation | undefined {
    // An empty name is under no constraint (RFC 5280, 4.2.1.10).
    if (subjectRdns.length === 0) return undefined;
    const isWithin = (base: string[]) => base.every((rdn, i) => subjectRdns[i] === rdn);
    const excludedBy = excluded.directories.find(isWithin);
    if (excludedBy) return { name: subject, excludedBy: excludedBy.join(", ") };
    return permitted.directories.length > 0 && !permitted.directories.some(isWithin)
        ? { name: subject }
        : undefined;
}

function violationOfWildcard({ excluded }: NameConstraints, dnsNames: string[]): Violation | undefined {
    for (const name of dnsNames.filter(one => one.startsWith("*."))) {
        const parent = name.slice(2);
        const excludedBy = excluded.dnsNames.find(subtree => isBelow(subtree.replace(/^\./, ""), parent));
        if (excludedBy !== undefined) return { name, excludedBy, byWildcardOnly: true };
    }
    return undefined;
}

/** `contoso.com` holds itself and all below it; `.contoso.com` (not of the RFC, but in use) only what is below it. */
function isBelow(name: string, subtree: string): boolean {
    const [one, base] = [name.toLowerCase(), subtree.toLowerCase()];
    if (base === "" || one === base) return true;
    return one.endsWith(base.startsWith(".") ? base : `.${base}`);
}

function isInNetwork(address: string, network: string): boolean {
    const [base = "", prefix] = network.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    if (isIP(base) === 0 || isIP(address) !== isIP(base)) return false;
    const list = new BlockList();
    list.addSubnet(base, Number(prefix), family);
    return list.check(address, family);
}

function readSubtrees(subtrees: asn1.GeneralSubtrees | undefined): Subtrees {
    const bases = [...(subtrees ?? [])].map(one => one.base);
    return {
        dnsNames: bases.flatMap(one => one.dNSName ?? []),
        networks: bases.flatMap(one => one.iPAddress ?? []),
        directories: bases.flatMap(one => (one.directoryName ? [comparableRdns(one.directoryName)] : [])),
    };
}
