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
        message: `The certificate ${covered}; clients will ask for ${missing.join(", ")}.`,
        advice: "Get a certificate whose subject alternative names hold that name, or change the host name.",
    };
}
