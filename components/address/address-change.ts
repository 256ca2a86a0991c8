import type * as pulumi from "@pulumi/pulumi";
import { AcmeChallenge } from "../certificate/acme-arguments";
import { TlsMode, type TlsSettings } from "../certificate/tls-arguments";

/** How clients reach the service: what the component keeps in the state. */
export interface Address {
    /** Azure's name. Absent where there is none that stays. */
    fqdn?: pulumi.Input<string | undefined>;
    /** The custom domain. */
    hostname?: pulumi.Input<string>;
    tlsMode: TlsMode;
    /** How long browsers remember to use HTTPS only. */
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

/** What an update would take away from clients; nothing when they can go on as before. */
export function addressProblem(before: unknown, after: unknown): string | undefined {
    const [old, next] = [known(before), known(after)];
    if (old.fqdn !== undefined && old.fqdn !== next.fqdn && !isUnknown(after, "fqdn")) {
        if (next.fqdn !== undefined) {
            return `leafDomainLabel: the service would move from ${old.fqdn} to ${next.fqdn}`;
        }
        // Revisions have no name of Azure's that stays: who has a name of his own goes on with that.
        if (old.hostname === undefined) return `the service would no longer answer as ${old.fqdn}`;
    }
    if (old.hostname !== undefined && old.hostname !== next.hostname && !isUnknown(after, "hostname")) {
        return `tls.hostname: the service would no longer answer as ${old.hostname}`;
    }
    const named = old.hostname === undefined && (next.hostname !== undefined || isUnknown(after, "hostname"));
    if (
        old.fqdn !== undefined &&
        named &&
        (next.tlsMode === TlsMode.Custom || next.tlsMode === TlsMode.Auto)
    ) {
        return `tls.hostname: the certificate would no longer be for ${old.fqdn}`;
    }
    return undefined;
}

/** What clients will notice although the name stays. One sentence each. */
export function addressWarnings(before: unknown, after: unknown): string[] {
    const [old, next] = [known(before), known(after)];
    const host = old.hostname ?? old.fqdn ?? "the service";
    if (old.tlsMode === undefined || next.tlsMode === undefined || old.tlsMode === next.tlsMode) return [];
    if (next.tlsMode === TlsMode.Disabled) {
        const { hstsMaxAgeSeconds = 0 } = old;
        const remembered =
            hstsMaxAgeSeconds > 0
                ? ` Browsers that were here within the last ${duration(hstsMaxAgeSeconds)} refuse http too (Strict-Transport-Security): to spare them, keep TLS with tls.hstsMaxAgeSeconds at 0 for that long first.`
                : "";
        return [
            `tls.mode: https://${host} will not answer any more, clients have to use http://${host}.${remembered}`,
        ];
    }
    if (next.tlsMode === TlsMode.Auto && next.challenge === AcmeChallenge.Http01) {
        return [
            `tls.mode: until the authority has issued the certificate, which takes a minute or so, clients of ${host} get a placeholder that they do not trust, and 503. Http01 can prove the name only through the running service; with its zone in Azure DNS (dns.zoneName) Dns01 has no such gap.`,
        ];
    }
    return [];
}

interface Known {
    fqdn?: string;
    hostname?: string;
    tlsMode?: TlsMode;
    hstsMaxAgeSeconds?: number;
    challenge?: AcmeChallenge;
}

/** What is known of inputs in the state; at preview others are placeholders of the engine. */
function known(inputs: unknown): Known {
    const entries = Object.entries((inputs ?? {}) as Record<string, unknown>);
    return Object.fromEntries(
        entries.filter(([, value]) => typeof value === "string" || typeof value === "number"),
    );
}

function isUnknown(inputs: unknown, name: keyof Known): boolean {
    const values = (inputs ?? {}) as Record<string, unknown>;
    return name in values && typeof values[name] !== "string";
}

const DAY_SECONDS = 86_400;

function duration(seconds: number): string {
    const days = Math.floor(seconds / DAY_SECONDS);
    return days > 1 ? `${days} days` : `${seconds} seconds`;
}
