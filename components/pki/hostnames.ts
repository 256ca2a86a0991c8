import { isIP, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { Certificate } from "./certificate";

/**
 * Whether the certificate is valid for `hostname` (RFC 9525). Clients check only the subject alternative names, never the common name.
 * A wildcard must be the whole left-most label and matches exactly one label. An IP address requires an IP entry. International names
 * may be in Unicode or in A-labels.
 */
export function coversHostname(
    certificate: Pick<Certificate, "dnsNames" | "ipAddresses">,
    hostname: string,
): boolean {
    if (isIP(hostname)) {
        const wanted = normalizeIp(hostname);
        return certificate.ipAddresses.some(address => normalizeIp(address) === wanted);
    }
    const wanted = normalizeHostname(hostname);
    return wanted !== undefined && certificate.dnsNames.some(name => matches(name, wanted));
}

/** Returns the name in lower case, with A-labels, without a trailing dot; undefined when it is not a valid host name. */
export function normalizeHostname(hostname: string): string | undefined {
    // domainToASCII parses like a browser's address bar: it drops text after the host name and converts numbers to IP addresses.
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
    // Clients refuse a wildcard for a top-level domain, such as *.com.
    if (!parent.includes(".") || parent.includes("*")) return false;
    const dot = wanted.indexOf(".");
    return dot > 0 && wanted.slice(dot + 1) === parent;
}

function normalizeIp(address: string): string {
    return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address;
}
