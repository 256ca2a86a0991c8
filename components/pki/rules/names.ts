import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { coversHostname } from "../hostnames";

/** RFC 9525: clients look at the subject alternative names only. */
export function nameNotCovered({ chain: { leaf }, hostnames }: Facts): Finding | undefined {
    const missing = hostnames.filter(hostname => !coversHostname(leaf, hostname));
    if (missing.length === 0) return undefined;
    const names = [...leaf.dnsNames, ...leaf.ipAddresses];
    const covered = names.length > 0 ? `covers ${names.join(", ")} only` : "has no subject alternative name";
    return {
        code: "name-not-covered",
        severity: "error",
        message: `The certificate ${covered}; clients will ask for ${missing.join(", ")}.${explanation(leaf, missing)}`,
        advice: "Get a certificate whose subject alternative names hold that name, or change the host name.",
    };
}

/** Why what looks like the name is not taken for it. */
function explanation({ commonNames, dnsNames }: Certificate, missing: string[]): string {
    const lowerCase = missing.map(name => name.toLowerCase());
    if (commonNames.some(name => lowerCase.includes(name.toLowerCase()))) {
        return " It is the common name, which clients ignore.";
    }
    const odd = dnsNames.find(name => /^[^.]*[^.*]\*|^\*[^.]|\..*\*/.test(name));
    if (odd !== undefined) return ` A wildcard is a whole first label; ${odd} stands for nothing.`;
    const wildcard = dnsNames.find(
        name =>
            name.startsWith("*.") &&
            lowerCase.some(one => one.endsWith(name.slice(1)) || one === name.slice(2)),
    );
    return wildcard === undefined ? "" : ` ${wildcard} stands for one label, no more and no fewer.`;
}
