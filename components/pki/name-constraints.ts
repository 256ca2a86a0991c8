import { BlockList, isIP } from "node:net";
import type * as asn1 from "@peculiar/asn1-x509";

/** Subtrees of names (RFC 5280, 4.2.1.10), without the forms of names that TLS clients do not use. */
interface Subtrees {
    dnsNames: string[];
    /** Networks, e.g. `10.0.0.0/8`. */
    networks: string[];
    /** Directory names, each in the form of a certificate's `subjectRdns`. */
    directories: string[][];
}

/** The names that certificates below an authority may and may not contain. */
export interface NameConstraints {
    /** Names of a form without a permitted subtree are all permitted. */
    permitted: Subtrees;
    excluded: Subtrees;
    /** Some constraints are on other forms than DNS names, IP addresses, mail addresses and URIs, the only forms that Go processes. */
    hasUnusualForms: boolean;
}

/** The names of a certificate to which constraints apply. */
export interface ConstrainedNames {
    dnsNames: string[];
    ipAddresses: string[];
    subjectRdns: string[];
    subject: string;
}

export interface Violation {
    name: string;
    /** The excluded subtree. Absent: the name is outside of all permitted subtrees. */
    excludedBy?: string;
    /** A wildcard matches an excluded name. Only Go refuses this (CVE-2025-61727). */
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

/** Returns the attributes of a name, outermost first, normalized for comparison: case and spaces are insignificant (RFC 5280, 7.1). */
export function comparableRdns(name: asn1.Name): string[] {
    return [...name].map(rdn =>
        [...rdn]
            .map(({ type, value }) => `${type}=${value.toString().trim().replace(/\s+/g, " ").toLowerCase()}`)
            .sort()
            .join("+"),
    );
}

/** Returns the first of a certificate's names that the constraints forbid. */
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
    // Constraints do not apply to an empty name (RFC 5280, 4.2.1.10).
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

/** `contoso.com` matches itself and its subdomains. `.contoso.com`, which RFC 5280 does not define but is in use, matches only the subdomains. */
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
