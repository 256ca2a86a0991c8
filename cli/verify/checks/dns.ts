import type { Hop, Resolution } from "../dns/resolve";
import { type DnsView, overlap } from "../dns/view";
import { type CheckResult, fault, ok, temporaryFault, skipped, warning } from "../report";
import type { VerifyTarget } from "../target";

const ZONE = "dns-zone";
const RESOLVER = "dns-resolver";

/** The name servers of the zone must resolve the host name to the service. */
export function checkZone(host: string, view: DnsView, target: VerifyTarget): CheckResult {
    const { zone } = view;
    const { fqdn, ipAddress, dnsRecord } = target;
    if (view.local.length > 0) {
        return warning(
            ZONE,
            `Only the hosts file of this machine has ${host}: ${view.local.join(", ")}.`,
            "Create a DNS record, so that other machines can resolve the name.",
        );
    }
    if (zone.failure?.kind === "unreachable") {
        return warning(
            ZONE,
            `The name servers of the zone do not answer: ${zone.failure.text}.`,
            "Allow DNS (UDP and TCP port 53) from this machine, or set --dns-server.",
        );
    }
    if (zone.failure) {
        const way = zone.hops.length > 0 ? `${describe(zone.hops)}: ` : "";
        return temporaryFault(ZONE, `${way}${zone.failure.text}.`, recordToCreate(host, target));
    }
    if (view.disagreeing.length > 0) {
        const others = view.disagreeing.map(
            ({ server, addresses }) => `${server} returns ${addresses.join(", ") || "no address"}`,
        );
        return temporaryFault(
            ZONE,
            `${describe(zone.hops)}, but the name server ${others.join("; ")}.`,
            "Wait until all name servers of the zone have the new record.",
        );
    }
    // A static address may be an A record of the zone.
    const throughFqdn = !fqdn || dnsRecord?.type === "A" || zone.hops.some(hop => same(hop.name, fqdn));
    const atAddress = !ipAddress || zone.addresses.includes(ipAddress);
    if (throughFqdn && atAddress) return ok(ZONE, describe(zone.hops));
    if (throughFqdn) {
        return temporaryFault(
            ZONE,
            `${describe(zone.hops)}, but the service is at ${ipAddress}.`,
            "Wait until the TTL of the old record has expired. If the fault remains, run pulumi refresh.",
        );
    }
    if (ipAddress && atAddress) {
        return warning(
            ZONE,
            `${describe(zone.hops)}: the record contains the address, which changes when the service restarts.`,
            recordToCreate(host, target),
        );
    }
    return fault(
        ZONE,
        `${describe(zone.hops)}, but the service is ${[fqdn, ipAddress].filter(Boolean).join(", ")}.`,
        recordToCreate(host, target),
    );
}

/** The resolver must return the zone's addresses. It may return an old answer until the TTL expires. */
export function checkResolver(view: DnsView): CheckResult {
    const { zone, resolver, local } = view;
    if (local.length > 0) return skipped(RESOLVER, "DNS has no address.");
    if (resolver.failure?.kind === "unreachable") {
        return warning(
            RESOLVER,
            `The resolver did not answer: ${resolver.failure.text}.`,
            "Check this machine's DNS settings, or set --resolver.",
        );
    }
    if (zone.failure?.kind === "absent" && resolver.failure) {
        return skipped(RESOLVER, "The zone has no address to compare with.");
    }
    if (zone.failure?.kind === "unreachable") {
        return resolver.failure
            ? temporaryFault(
                  RESOLVER,
                  `${resolver.failure.text}.`,
                  "Create the DNS record, or wait until the resolver has it.",
              )
            : ok(RESOLVER, describe(resolver.hops));
    }
    if (overlap(zone.addresses, resolver.addresses)) return ok(RESOLVER, describe(resolver.hops));
    const seen = resolver.failure ? `${resolver.failure.text} for the resolver` : describe(resolver.hops);
    return temporaryFault(
        RESOLVER,
        `Old DNS: ${seen}; the zone has ${zone.addresses.join(", ") || "no address"}.`,
        resolver.failure
            ? "Wait until the resolver's negative answer expires (the zone's SOA minimum)."
            : `Wait up to ${timeToLive(resolver)} seconds until the TTL of the old record expires, or use --wait.`,
    );
}

/** `score.contoso.com CNAME iris.westeurope.azurecontainer.io (TTL 300 s) → 20.1.2.3 (TTL 60 s)` */
function describe(hops: Hop[]): string {
    const [first] = hops;
    if (!first) return "no record";
    const steps = hops.map(hop => {
        const alias = hop.type === "CNAME" ? "CNAME " : "";
        return `${alias}${hop.value} (TTL ${hop.ttl} s)`;
    });
    return `${first.name} → ${steps.join(" → ")}`;
}

function recordToCreate(host: string, { dnsRecord, fqdn }: VerifyTarget): string {
    if (dnsRecord) {
        const { name, type, value, ttl } = dnsRecord;
        return `Create or change the record: ${name} ${type} ${value}${ttl === undefined ? "" : `, TTL ${ttl} s`}.`;
    }
    if (fqdn && !same(host, fqdn)) return `Create or change the record: ${host} CNAME ${fqdn}.`;
    return "Check that the service is deployed and that its record exists.";
}

function timeToLive(resolution: Resolution): number {
    return Math.max(0, ...resolution.hops.map(hop => hop.ttl));
}

function same(some: string, other: string): boolean {
    return some.toLowerCase().replace(/\.$/, "") === other.toLowerCase().replace(/\.$/, "");
}
