import type { Hop, Resolution } from "../dns/chase";
import { type DnsView, haveCommon } from "../dns/view";
import { type Finished, fault, ok, passingFault, skipped, warning } from "../report";
import type { VerifyTarget } from "../target";

const ZONE = "dns-zone";
const RESOLVER = "dns-resolver";

/** The zone's own name servers must lead from the host to the service. */
export function checkZone(host: string, view: DnsView, target: VerifyTarget): Finished {
    const { zone } = view;
    const { fqdn, ipAddress, dnsRecord } = target;
    if (view.local.length > 0) {
        return warning(
            ZONE,
            `Only this machine's hosts file knows ${host}: ${view.local.join(", ")}.`,
            "Create a DNS record, so that other machines find the service.",
        );
    }
    if (zone.failure?.kind === "unreachable") {
        return warning(
            ZONE,
            `The zone's own name servers could not be asked: ${zone.failure.text}.`,
            "Allow DNS (UDP and TCP port 53) from here, or name a server with --dns-server.",
        );
    }
    if (zone.failure) {
        const way = zone.hops.length > 0 ? `${describe(zone.hops)}: ` : "";
        return passingFault(ZONE, `${way}${zone.failure.text}.`, recordToCreate(host, target));
    }
    if (view.dissenting.length > 0) {
        const others = view.dissenting.map(
            ({ server, addresses }) => `${server} says ${addresses.join(", ") || "nothing"}`,
        );
        return passingFault(
            ZONE,
            `${describe(zone.hops)}, but the name server ${others.join("; ")}.`,
            "Wait until all name servers of the zone have the new record.",
        );
    }
    // An address that stays as long as the service may be in the zone itself.
    const throughFqdn = !fqdn || dnsRecord?.type === "A" || zone.hops.some(hop => same(hop.name, fqdn));
    const atAddress = !ipAddress || zone.addresses.includes(ipAddress);
    if (throughFqdn && atAddress) return ok(ZONE, describe(zone.hops));
    if (throughFqdn) {
        return passingFault(
            ZONE,
            `${describe(zone.hops)}, but the service is at ${ipAddress}.`,
            "Wait until the record of the moved service has spread; run pulumi refresh if it stays.",
        );
    }
    if (ipAddress && atAddress) {
        return warning(
            ZONE,
            `${describe(zone.hops)}: the address itself, which changes when the service is restarted.`,
            recordToCreate(host, target),
        );
    }
    return fault(
        ZONE,
        `${describe(zone.hops)}, but the service is ${[fqdn, ipAddress].filter(Boolean).join(", ")}.`,
        recordToCreate(host, target),
    );
}

/** The resolver must say what the zone says; it may keep an old answer until its TTL has run out. */
export function checkResolver(view: DnsView): Finished {
    const { zone, resolver, local } = view;
    if (local.length > 0) return skipped(RESOLVER, "DNS knows no address.");
    if (resolver.failure?.kind === "unreachable") {
        return warning(
            RESOLVER,
            `The resolver did not answer: ${resolver.failure.text}.`,
            "Check this machine's DNS settings, or name a resolver with --resolver.",
        );
    }
    if (zone.failure?.kind === "absent" && resolver.failure) {
        return skipped(RESOLVER, "There is nothing in the zone to compare with.");
    }
    if (zone.failure?.kind === "unreachable") {
        return resolver.failure
            ? passingFault(
                  RESOLVER,
                  `${resolver.failure.text}.`,
                  "Create the DNS record, or wait until it has spread.",
              )
            : ok(RESOLVER, describe(resolver.hops));
    }
    if (haveCommon(zone.addresses, resolver.addresses)) return ok(RESOLVER, describe(resolver.hops));
    const seen = resolver.failure ? `${resolver.failure.text} for the resolver` : describe(resolver.hops);
    return passingFault(
        RESOLVER,
        `Old DNS: ${seen}, while the zone says ${zone.addresses.join(", ") || "nothing"}.`,
        resolver.failure
            ? "Wait until the resolver forgets that there was no record (the zone's SOA minimum)."
            : `Wait up to ${timeToLive(resolver)} seconds, until the old record's TTL has run out (--wait does).`,
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
