import { lookup } from "node:dns/promises";
import type { VerifyOptions } from "../options";
import { type Resolution, chase } from "./chase";
import { parseServer, systemResolvers, zoneServers } from "./servers";

/** What DNS says about a host, at its source and where clients ask. */
export interface DnsView {
    /** At the zone's own name servers. */
    zone: Resolution;
    /** Other name servers of the same zone that say something else. */
    dissenting: { server: string; addresses: string[] }[];
    /** At the resolver. */
    resolver: Resolution;
    /** Addresses from this machine's hosts file, when DNS has none. */
    local: string[];
}

/** Asks the zone's own name servers and the resolver about `host`, both at once. */
export async function lookUp(host: string, options: VerifyOptions, timeoutMs: number): Promise<DnsView> {
    const fixed = options.dnsServer === undefined ? undefined : [parseServer(options.dnsServer)];
    const resolvers = options.resolver ? [parseServer(options.resolver)] : (fixed ?? systemResolvers());
    const serversFor = (name: string) =>
        fixed ? Promise.resolve(fixed) : zoneServers(name, resolvers, timeoutMs);

    const [zone, resolver, servers] = await Promise.all([
        chase(host, serversFor, timeoutMs),
        chase(host, () => Promise.resolve(resolvers), timeoutMs),
        serversFor(host),
    ]);
    const others = await Promise.all(
        servers.slice(1).map(async server => {
            const only = (name: string) => (name === host ? Promise.resolve([server]) : serversFor(name));
            return { server: server.address, resolution: await chase(host, only, timeoutMs) };
        }),
    );
    const nothing = zone.addresses.length === 0 && resolver.addresses.length === 0;
    return {
        zone,
        dissenting: others
            .filter(other => other.resolution.failure?.kind !== "unreachable")
            .map(({ server, resolution }) => ({ server, addresses: resolution.addresses }))
            .filter(({ addresses }) => !haveCommon(addresses, zone.addresses)),
        resolver,
        local: nothing && !fixed && !options.resolver ? await fromHostsFile(host) : [],
    };
}

/** Load balancing by DNS gives every client another part of the addresses: one in common is agreement. */
export function haveCommon(some: string[], others: string[]): boolean {
    return some.some(one => others.includes(one));
}

async function fromHostsFile(host: string): Promise<string[]> {
    const found = await lookup(host, { all: true }).catch(() => []);
    return found.map(one => one.address);
}
