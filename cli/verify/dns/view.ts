import { lookup } from "node:dns/promises";
import type { VerifyOptions } from "../options";
import { type Resolution, resolveName } from "./resolve";
import { parseServer, systemResolvers, zoneServers } from "./servers";

/** The addresses of a host at the zone's name servers and at the resolver. */
export interface DnsView {
    /** From the first name server of the zone that answers. */
    zone: Resolution;
    /** The zone's name servers that return no common address. */
    disagreeing: { server: string; addresses: string[] }[];
    /** From the resolver. */
    resolver: Resolution;
    /** From this machine's hosts file, if DNS has no address. */
    local: string[];
}

/** Queries the zone's name servers and the resolver for `host` in parallel. */
export async function lookUp(host: string, options: VerifyOptions, timeoutMs: number): Promise<DnsView> {
    const fixed = options.dnsServer === undefined ? undefined : [parseServer(options.dnsServer)];
    const resolvers = options.resolver ? [parseServer(options.resolver)] : (fixed ?? systemResolvers());
    const serversFor = (name: string) =>
        fixed ? Promise.resolve(fixed) : zoneServers(name, resolvers, timeoutMs);

    const [zone, resolver, servers] = await Promise.all([
        resolveName(host, serversFor, timeoutMs),
        resolveName(host, () => Promise.resolve(resolvers), timeoutMs),
        serversFor(host),
    ]);
    const others = await Promise.all(
        servers.slice(1).map(async server => {
            const only = (name: string) => (name === host ? Promise.resolve([server]) : serversFor(name));
            return { server: server.address, resolution: await resolveName(host, only, timeoutMs) };
        }),
    );
    const nothing = zone.addresses.length === 0 && resolver.addresses.length === 0;
    return {
        zone,
        disagreeing: others
            .filter(other => other.resolution.failure?.kind !== "unreachable")
            .map(({ server, resolution }) => ({ server, addresses: resolution.addresses }))
            .filter(({ addresses }) => !overlap(addresses, zone.addresses)),
        resolver,
        local: nothing && !fixed && !options.resolver ? await fromHostsFile(host) : [],
    };
}

/** DNS load balancing returns a different subset to each client, so one common address counts as agreement. */
export function overlap(some: string[], others: string[]): boolean {
    return some.some(one => others.includes(one));
}

async function fromHostsFile(host: string): Promise<string[]> {
    const found = await lookup(host, { all: true }).catch(() => []);
    return found.map(one => one.address);
}
