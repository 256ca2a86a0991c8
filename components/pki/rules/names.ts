import { domainToASCII } from "node:url";
import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { coversHostname, normalizeHostname } from "../hostnames";

/** RFC 9525: clients check only the subject alternative names. */
export function nameNotCovered({ chain: { leaf }, hostnames }: Facts): Finding | undefined {
    const missing = hostnames.filter(hostname => !coversHostname(leaf, hostname));
    if (missing.length === 0) return undefined;
    const names = [...leaf.dnsNames, ...leaf.ipAddresses];
    const covered = names.length > 0 ? `covers ${names.join(", ")} only` : "has no subject alternative name";
    return {
        code: "name-not-covered",
        severity: "error",
        message: `The certificate ${covered}; clients use ${missing.join(", ")}.${explanation(leaf, missing)}`,
        advice: "Get a certificate whose subject alternative names include the name, or change the host name.",
    };
}

/** Explains why a similar name in the certificate does not match. */
function explanation({ commonNames, dnsNames }: Certificate, missing: string[]): string {
    const lowerCase = missing.map(name => name.toLowerCase());
    const wanted = missing.map(normalizeHostname);
    const unicode = dnsNames.find(name => /[^\x00-\x7f]/.test(name) && wanted.includes(domainToASCII(name)));
    if (unicode !== undefined)
        return ` It has ${unicode} in Unicode; clients look for ${domainToASCII(unicode)}, so write that.`;
    const untidy = dnsNames.find(
        name =>
            !/^[\w.*-]*[\w*-]$/.test(name) &&
            name.split(/[\s,;]+/).some(part => wanted.includes(normalizeHostname(part))),
    );
    if (untidy !== undefined)
        return ` ${JSON.stringify(untidy)} is not a host name: write each name in an entry of its own, without blanks and without a dot at the end.`;
    if (commonNames.some(name => lowerCase.includes(name.toLowerCase()))) {
        return " It is the common name, which clients ignore.";
    }
    const odd = dnsNames.find(name => /^[^.]*[^.*]\*|^\*[^.]|\..*\*/.test(name));
    if (odd !== undefined) return ` A wildcard must be the whole first label, so ${odd} matches no name.`;
    const wildcard = dnsNames.find(
        name =>
            name.startsWith("*.") &&
            lowerCase.some(one => one.endsWith(name.slice(1)) || one === name.slice(2)),
    );
    return wildcard === undefined ? "" : ` ${wildcard} matches exactly one label.`;
}
