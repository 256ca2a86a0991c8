import { AcmeChallenge } from "../certificate/acme-arguments";
import { TlsMode } from "../certificate/tls-arguments";
import { modelProblems, plainHttpWarnings } from "./model-change";
import { differ, known, type StoredAddress, storedAddress } from "./stored-address";

/**
 * Why clients that use an address of the service would fail after an update; empty when they would not. Names are compared as DNS
 * does: without case (RFC 4343), without the dot at the end, and as A-labels (RFC 5890, section 2.3.2.1).
 */
export function addressProblems(before: unknown, after: unknown): string[] {
    const [old, next] = [storedAddress(before), storedAddress(after)];
    return [
        ...azureNameProblems(old, next),
        ...hostnameProblems(old, next),
        ...privateAddressProblems(old, next),
        ...zoneProblems(old, next),
        ...modelProblems(old, next),
    ];
}

/** Effects of an update on clients although the name stays the same. */
export function addressWarnings(before: unknown, after: unknown): string[] {
    const [old, next] = [storedAddress(before), storedAddress(after)];
    return [...tlsModeWarnings(old, next), ...plainHttpWarnings(old, next)];
}

const INTERNAL = "InternalLoadBalancer";

function azureNameProblems(old: StoredAddress, next: StoredAddress): string[] {
    const fqdn = known(old.fqdn);
    if (fqdn === undefined || !differ(fqdn, next.fqdn)) return [];
    const nextFqdn = known(next.fqdn);
    if (nextFqdn !== undefined) {
        const label = (name: string): string | undefined => name.split(".")[0];
        const argument = label(fqdn) === label(nextFqdn) ? "location" : "leafDomainLabel";
        return [`${argument}: the service would move from ${fqdn} to ${nextFqdn}`];
    }
    if (next.loadBalancerType === INTERNAL) {
        return [
            `loadBalancer.type: clients outside of the virtual network could no longer connect, and the service would no longer answer as ${fqdn}`,
        ];
    }
    // With revisions the name from Azure changes. Clients that use a custom domain are not affected.
    return old.hostname === undefined ? [`the service would no longer answer as ${fqdn}`] : [];
}

function hostnameProblems(old: StoredAddress, next: StoredAddress): string[] {
    if (known(old.hostname) !== undefined) {
        return differ(old.hostname, next.hostname)
            ? [`tls.hostname: the service would no longer answer as ${known(old.hostname)}`]
            : [];
    }
    const [fqdn, mode] = [known(old.fqdn), next.tlsMode];
    const getsHostname = old.hostname === undefined && next.hostname !== undefined;
    return fqdn !== undefined && getsHostname && (mode === TlsMode.Custom || mode === TlsMode.Auto)
        ? [`tls.hostname: the certificate would no longer be for ${fqdn}`]
        : [];
}

/** Without records of the component, clients of an internal load balancer use its IP address, which belongs to its subnet. */
function privateAddressProblems(old: StoredAddress, next: StoredAddress): string[] {
    if (old.loadBalancerType !== INTERNAL || old.zoneName !== undefined) return [];
    const argument = (["loadBalancerType", "subnetName"] as const).find(name =>
        differ(old[name], next[name]),
    );
    if (argument === undefined) return [];
    const path = argument === "subnetName" ? "loadBalancer.subnetName" : "loadBalancer.type";
    return [`${path}: the private IP address that clients, or their DNS records, use would change`];
}

/** Records move only together with their zone, and clients find another zone only where the parent zone delegates to it. */
function zoneProblems(old: StoredAddress, next: StoredAddress): string[] {
    const [zone, hostname] = [known(old.zoneName), known(old.hostname)];
    // A changed host name is reported as such.
    if (zone === undefined || hostname === undefined || differ(hostname, next.hostname)) return [];
    const effect = `the records of ${hostname} and of other names in the zone ${zone} would be deleted`;
    if (next.zoneName === undefined) return [`dns: ${effect}`];
    if (differ(zone, next.zoneName)) return [`dns.zoneName: ${effect}`];
    const [group, nextGroup] = [known(old.zoneResourceGroupName), known(next.zoneResourceGroupName)];
    // Azure compares names of resource groups without case.
    return group !== undefined && nextGroup !== undefined && group.toLowerCase() !== nextGroup.toLowerCase()
        ? [`dns.zoneResourceGroupName: ${effect} in the resource group ${group}`]
        : [];
}

function tlsModeWarnings(old: StoredAddress, next: StoredAddress): string[] {
    const host = known(old.hostname) ?? known(old.fqdn) ?? "the service";
    if (old.tlsMode === undefined || next.tlsMode === undefined || old.tlsMode === next.tlsMode) return [];
    if (next.tlsMode === TlsMode.Disabled) {
        const hstsMaxAgeSeconds = known(old.hstsMaxAgeSeconds) ?? 0;
        const hstsNote =
            hstsMaxAgeSeconds > 0
                ? ` Browsers that visited it within the last ${duration(hstsMaxAgeSeconds)} also refuse http (Strict-Transport-Security). To avoid this, first set tls.hstsMaxAgeSeconds to 0 and keep TLS for that time.`
                : "";
        return [`tls.mode: https://${host} will stop answering; clients must use http://${host}.${hstsNote}`];
    }
    if (next.tlsMode === TlsMode.Auto && next.challenge === AcmeChallenge.Http01) {
        return [
            `tls.mode: until the authority issues the certificate, which takes about a minute, clients of ${host} get an untrusted placeholder certificate and status 503. Http01 needs the running service to verify the name. To avoid this gap, use Dns01 with an Azure DNS zone (dns.zoneName).`,
        ];
    }
    return [];
}

const DAY_SECONDS = 86_400;

function duration(seconds: number): string {
    const days = Math.floor(seconds / DAY_SECONDS);
    return days > 1 ? `${days} days` : `${seconds} seconds`;
}
