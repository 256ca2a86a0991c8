import { type Element, Tag } from "./der/element";
import { readOnly, tagged, withTag } from "./der/values";
import { comparableRdns } from "./directory-name";
import { addressBytes, addressText, GeneralName, hostOfUri, nameText, prefixLength } from "./general-name";

export const NAME_CONSTRAINTS = "2.5.29.30";

/** Subtrees of names (RFC 5280, 4.2.1.10), without the forms of names that TLS clients do not use. */
interface Subtrees {
    dnsNames: string[];
    networks: Network[];
    /** Addresses, hosts, or domains with a leading dot. */
    mails: string[];
    /** Hosts, or domains with a leading dot. */
    uris: string[];
    /** Directory names, each in the form of a certificate's `subjectRdns`. */
    directories: string[][];
}

/** Addresses whose bits equal those of `base` where `mask` has ones. Both have 4 or 16 bytes. */
interface Network {
    base: Buffer;
    mask: Buffer;
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
    mailAddresses: string[];
    uris: string[];
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

export function readNameConstraints(value: Buffer): NameConstraints | undefined {
    const subtrees = withTag(readOnly(value), Tag.SEQUENCE)?.elements;
    if (!subtrees) return undefined;
    const [permitted, excluded] = [0, 1].map(number =>
        (tagged(subtrees, number)?.elements ?? []).flatMap(({ elements: [base] }) => base ?? []),
    );
    const all = [...(permitted ?? []), ...(excluded ?? [])];
    return {
        permitted: readSubtrees(permitted ?? []),
        excluded: readSubtrees(excluded ?? []),
        hasUnusualForms: all.some(one => !USUAL_FORMS.includes(one.tag)),
    };
}

/** The forms that Go processes. */
const USUAL_FORMS: readonly number[] = [
    GeneralName.DNS,
    GeneralName.IP_ADDRESS,
    GeneralName.MAIL,
    GeneralName.URI,
];

/** Returns the first of a certificate's names that the constraints forbid. */
export function findViolation(constraints: NameConstraints, names: ConstrainedNames): Violation | undefined {
    return (
        violationOf(names.dnsNames, constraints, DNS_NAMES) ??
        violationOf(names.ipAddresses, constraints, NETWORKS) ??
        violationOf(names.mailAddresses, constraints, MAILS) ??
        violationOf(names.uris, constraints, URIS) ??
        violationOfDirectory(constraints, names) ??
        violationOfWildcard(constraints, names.dnsNames)
    );
}

/** A form of subtrees: where they are, whether a name is within one, and its text. */
interface Form<T> {
    of: (subtrees: Subtrees) => T[];
    contains: (subtree: T, name: string) => boolean;
    /** Default: `contains`. Wider where clients differ, so that the strictest one decides. */
    excludes?: (subtree: T, name: string) => boolean;
    text: (subtree: T) => string;
}

const DNS_NAMES: Form<string> = {
    of: ({ dnsNames }) => dnsNames,
    contains: (subtree, name) => isBelow(name, subtree),
    text: subtree => subtree,
};
const NETWORKS: Form<Network> = {
    of: ({ networks }) => networks,
    contains: isInNetwork,
    text: networkText,
};

/** Go includes subdomains of a host without a leading dot, against RFC 5280, 4.2.1.10. */
const MAILS: Form<string> = {
    of: ({ mails }) => mails,
    contains: (subtree, mail) =>
        subtree.includes("@") ? mail === subtree : isHostOf(subtree, mail.replace(/^.*@/, "")),
    excludes: (subtree, mail) =>
        subtree.includes("@")
            ? mail.toLowerCase() === subtree.toLowerCase()
            : isBelow(mail.replace(/^.*@/, ""), subtree),
    text: subtree => subtree,
};
/** A URI without a host, or with an address, is outside of every permitted subtree and inside of every excluded one. */
const URIS: Form<string> = {
    of: ({ uris }) => uris,
    contains: (subtree, uri) => isHostOf(subtree, hostOf(uri)),
    excludes: (subtree, uri) => hostOf(uri) === "" || isBelow(hostOf(uri), subtree),
    text: subtree => subtree,
};

function isHostOf(subtree: string, host: string): boolean {
    const [one, base] = [host.toLowerCase(), subtree.toLowerCase()];
    return base.startsWith(".") ? one.endsWith(base) : one === base;
}

function hostOf(uri: string): string {
    const host = hostOfUri(uri) ?? "";
    return /^\[|^[\d.]+$/.test(host) ? "" : host;
}

function violationOf<T>(
    names: readonly string[],
    { permitted, excluded }: NameConstraints,
    { of, contains, excludes = contains, text }: Form<T>,
): Violation | undefined {
    for (const name of names) {
        const by = of(excluded).find(subtree => excludes(subtree, name));
        if (by !== undefined) return { name, excludedBy: text(by) };
        if (of(permitted).length > 0 && !of(permitted).some(subtree => contains(subtree, name))) {
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

function isInNetwork({ base, mask }: Network, address: string): boolean {
    const bytes = addressBytes(address);
    return (
        bytes.length === base.length &&
        bytes.every((byte, i) => ((byte ^ (base[i] ?? 0)) & (mask[i] ?? 0)) === 0)
    );
}

/** E.g. `10.0.0.0/8`; with the mask as an address when it is not a prefix. */
function networkText({ base, mask }: Network): string {
    return `${addressText(base)}/${prefixLength(mask) ?? addressText(mask)}`;
}

function readSubtrees(bases: readonly Element[]): Subtrees {
    const of = (tag: number) => bases.filter(one => one.tag === tag);
    return {
        dnsNames: of(GeneralName.DNS).map(one => nameText(one.contents)),
        mails: of(GeneralName.MAIL).map(one => nameText(one.contents)),
        uris: of(GeneralName.URI).map(one => nameText(one.contents)),
        // An address without mask is a fault of the encoding.
        networks: of(GeneralName.IP_ADDRESS).flatMap(({ contents }) =>
            contents.length === 8 || contents.length === 32
                ? {
                      base: contents.subarray(0, contents.length / 2),
                      mask: contents.subarray(contents.length / 2),
                  }
                : [],
        ),
        directories: of(GeneralName.DIRECTORY).flatMap(({ elements: [name] }) =>
            name ? [comparableRdns(name)] : [],
        ),
    };
}
