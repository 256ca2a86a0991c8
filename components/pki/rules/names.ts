import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { coversHostname } from "../hostnames";

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
