import type * as pulumi from "@pulumi/pulumi";
import { AcmeChallenge } from "../certificate/acme-arguments";
import { TlsMode, type TlsSettings } from "../certificate/tls-arguments";

/** The address of a service. State stores it as the inputs of the component. */
export interface Address {
    /** The name that Azure assigns. Absent with revisions, where each revision has a different one. */
    fqdn?: pulumi.Input<string | undefined>;
    /** The custom domain. */
    hostname?: pulumi.Input<string>;
    tlsMode: TlsMode;
    /** How long browsers remember to use only HTTPS. */
    hstsMaxAgeSeconds?: number;
    challenge?: AcmeChallenge;
}

/** The address of a service with these settings. */
export function addressOf(fqdn: Address["fqdn"], tls: TlsSettings): Address {
    return {
        fqdn,
        hostname: tls.hostname,
        tlsMode: tls.mode,
        hstsMaxAgeSeconds: tls.mode === TlsMode.Disabled ? undefined : tls.hstsMaxAgeSeconds,
        challenge: tls.acme?.challenge,
    };
}

/** Why clients of the old address would fail after an update. Undefined when they would not. */
export function addressProblem(before: unknown, after: unknown): string | undefined {
    const [old, next] = [knownValues(before), knownValues(after)];
    if (old.fqdn !== undefined && old.fqdn !== next.fqdn && !isUnknown(after, "fqdn")) {
        if (next.fqdn !== undefined) {
            return `leafDomainLabel: the service would move from ${old.fqdn} to ${next.fqdn}`;
        }
        // With revisions the name from Azure changes. Clients that use a custom domain are not affected.
        if (old.hostname === undefined) return `the service would no longer answer as ${old.fqdn}`;
    }
    if (old.hostname !== undefined && old.hostname !== next.hostname && !isUnknown(after, "hostname")) {
        return `tls.hostname: the service would no longer answer as ${old.hostname}`;
    }
    const getsHostname =
        old.hostname === undefined && (next.hostname !== undefined || isUnknown(after, "hostname"));
    if (
        old.fqdn !== undefined &&
        getsHostname &&
        (next.tlsMode === TlsMode.Custom || next.tlsMode === TlsMode.Auto)
    ) {
        return `tls.hostname: the certificate would no longer be for ${old.fqdn}`;
    }
    return undefined;
}

/** Effects of an update on clients although the name stays the same. */
export function addressWarnings(before: unknown, after: unknown): string[] {
    const [old, next] = [knownValues(before), knownValues(after)];
    const host = old.hostname ?? old.fqdn ?? "the service";
    if (old.tlsMode === undefined || next.tlsMode === undefined || old.tlsMode === next.tlsMode) return [];
    if (next.tlsMode === TlsMode.Disabled) {
        const { hstsMaxAgeSeconds = 0 } = old;
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

interface KnownAddress {
    fqdn?: string;
    hostname?: string;
    tlsMode?: TlsMode;
    hstsMaxAgeSeconds?: number;
    challenge?: AcmeChallenge;
}

/** The known values among inputs. During a preview, the engine represents unknown values by objects. */
function knownValues(inputs: unknown): KnownAddress {
    const entries = Object.entries((inputs ?? {}) as Record<string, unknown>);
    return Object.fromEntries(
        entries.filter(([, value]) => typeof value === "string" || typeof value === "number"),
    );
}

function isUnknown(inputs: unknown, name: keyof KnownAddress): boolean {
    const values = (inputs ?? {}) as Record<string, unknown>;
    return name in values && typeof values[name] !== "string";
}

const DAY_SECONDS = 86_400;

function duration(seconds: number): string {
    const days = Math.floor(seconds / DAY_SECONDS);
    return days > 1 ? `${days} days` : `${seconds} seconds`;
}
