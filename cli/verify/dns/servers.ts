import { getServers } from "node:dns";
import { isIP } from "node:net";
import { resolveName } from "./resolve";
import { type DnsServer, askDns } from "./query";

const DNS_PORT = 53;
/** Zones have two to four name servers. */
const MAX_SERVERS = 4;

/** The resolvers of this machine. */
export function systemResolvers(): DnsServer[] {
    return getServers().map(text => parseServer(text));
}

/**
 * Reads `host`, `host:port` or `[address]:port`.
 *
 * @throws Error if the text has another form, or the host is a name
 */
export function parseServer(text: string): DnsServer {
    const [, host, port] = isIP(text)
        ? ["", text, undefined]
        : (/^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+)(?::(\d+))?$/.exec(text) ?? []);
    const address = host ?? "";
    const number = Number(port ?? DNS_PORT);
    if (!isIP(address) || number < 1 || number > 65_535) {
        throw new Error(`"${text}" is not the address of a DNS server, such as 127.0.0.1:53 or [::1]:53.`);
    }
    return { address, port: number };
}

/**
 * Finds the name servers of the zone that contains a name: the closest NS records of the name or its parents (RFC 1034, 4.2.1).
 *
 * @returns an empty list if no resolver returns NS records
 */
export async function zoneServers(
    name: string,
    resolvers: DnsServer[],
    timeoutMs: number,
): Promise<DnsServer[]> {
    const labels = name.split(".");
    for (let start = 0; start < labels.length; start++) {
        const zone = labels.slice(start).join(".");
        const hosts = await nameServers(zone, resolvers, timeoutMs);
        if (hosts.length === 0) continue;
        const found = await Promise.all(
            hosts
                .slice(0, MAX_SERVERS)
                .map(host => resolveName(host, () => Promise.resolve(resolvers), timeoutMs)),
        );
        return found.flatMap(one => one.addresses.slice(0, 1)).map(address => ({ address, port: DNS_PORT }));
    }
    return [];
}

async function nameServers(zone: string, resolvers: DnsServer[], timeoutMs: number): Promise<string[]> {
    for (const resolver of resolvers) {
        try {
            const { answers } = await askDns(resolver, zone, "NS", timeoutMs);
            // For an alias, the answer contains the name servers of the target's zone.
            return answers.flatMap(one =>
                one.type === "NS" && one.name.toLowerCase() === zone ? [one.data] : [],
            );
        } catch {
            // Try the next resolver.
        }
    }
    return [];
}
