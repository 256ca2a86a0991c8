import { isIP, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { Certificate } from "./certificate";

/**
 * Whether clients that ask for `hostname` accept the certificate (RFC 9525): only subject alternative names count,
 * never the common name; a wildcard is a whole left-most label and stands for exactly one label; an IP address
 * needs an IP entry. International names may be given in either form.
 */
export function coversHostname(
    certificate: Pick<Certificate, "dnsNames" | "ipAddresses">,
    hostname: string,
): boolean {
    if (isIP(hostname)) {
        const wanted = canonicalIp(hostname);
        return certificate.ipAddresses.some(address => canonicalIp(address) === wanted);
    }
    const wanted = canonicalName(hostname);
    return wanted !== undefined && certificate.dnsNames.some(name => matches(name, wanted));
}

/** Lower case, A-labels, no dot at the end. Undefined when it is no host name. */
export function canonicalName(hostname: string): string | undefined {
    // Node reads a name as a browser reads its address line: what follows the name is cut off, numbers become addresses.
    if (/[\s/\\?#@:%[\]]/.test(hostname)) return undefined;
    const ascii = domainToASCII(hostname.replace(/\.$/, ""));
    if (isIP(ascii)) return undefined;
    return /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(ascii) && ascii.length <= 253 ? ascii : undefined;
}

function matches(presented: string, wanted: string): boolean {
    const name = presented.toLowerCase();
    if (name === wanted) return true;
    if (!name.startsWith("*.")) return false;
    const parent = name.slice(2);
    // Clients refuse *.com: nobody may speak for a whole top-level domain.
    if (!parent.includes(".") || parent.includes("*")) return false;
    const dot = wanted.indexOf(".");
    return dot > 0 && wanted.slice(dot + 1) === parent;
}

function canonicalIp(address: string): string {
    return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address;
}
