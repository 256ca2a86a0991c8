import type * as pulumi from "@pulumi/pulumi";
import { hostnameProblem } from "../dns/hostname";
import type { ArgumentCheck } from "./argument-check";
import { Environment } from "./environment";
import { LARGEST_INT32, wholeNumber } from "./rules/numbers";

/** Where the certificate comes from. */
export enum TlsMode {
    /** Your own certificate, from any authority. */
    Custom = "Custom",
    /** A private authority and a certificate of its own, made by the stack. For development. */
    SelfSigned = "SelfSigned",
    /** Plain HTTP: everybody on the way can read requests, answers and scoring keys. */
    Disabled = "Disabled",
}

/** The oldest TLS version that clients may use. 1.0 and 1.1 are never offered. */
export enum MinimumTlsVersion {
    Tls12 = "1.2",
    Tls13 = "1.3",
}

/** How clients reach the service. */
export interface TlsArgs {
    /**
     * Where the certificate comes from. There is no default yet: plain HTTP has to be asked for.
     * @example TlsMode.Custom
     */
    mode: TlsMode;
    /**
     * The name clients use, without scheme or port. Point it to the service with a CNAME: see `dns`, or the output
     * `dnsRecord`. Required with `Custom`, where a subject alternative name of the certificate must cover it
     * (RFC 9525; clients do not look at the common name).
     * @default the name that Azure gives: the leaf domain label in its region
     * @example "score.contoso.com"
     */
    hostname?: pulumi.Input<string>;
    /** PEM chain, leaf first, without the root. For `Custom`. Treated as a secret together with its key. */
    certificate?: pulumi.Input<string>;
    /** PEM private key, not encrypted (PKCS#8, PKCS#1 or SEC 1). For `Custom`. Secret. */
    privateKey?: pulumi.Input<string>;
    /**
     * The oldest TLS version that clients may use.
     * @default MinimumTlsVersion.Tls12
     */
    minimumVersion?: MinimumTlsVersion;
    /**
     * How long browsers remember to use HTTPS only (`Strict-Transport-Security`, RFC 6797), in seconds; 0 leaves
     * the header out. Set it to 0 well before `mode` becomes `Disabled`.
     * @default 31536000 (a year)
     */
    hstsMaxAgeSeconds?: number;
}

/** How clients reach the service, checked, with defaults in place. */
export interface TlsSettings {
    mode: TlsMode;
    /** Absent: clients use the name that Azure gives. */
    hostname?: pulumi.Input<string>;
    certificate?: pulumi.Input<string>;
    privateKey?: pulumi.Input<string>;
    minimumVersion: MinimumTlsVersion;
    hstsMaxAgeSeconds: number;
}

const YEAR_SECONDS = 31_536_000;

/** The certificate itself is judged by `checkCertificate`. */
export function readTls(
    check: ArgumentCheck,
    tls: TlsArgs | undefined,
    environment: Environment,
): TlsSettings {
    const hostname = check.optionalInput("tls.hostname", tls?.hostname, hostnameProblem);
    checkMode(check, tls, environment);
    return {
        // When it is missing, the constructor throws before this is used.
        mode: tls?.mode as TlsMode,
        hostname,
        certificate: tls?.certificate,
        privateKey: tls?.privateKey,
        minimumVersion: tls?.minimumVersion ?? MinimumTlsVersion.Tls12,
        hstsMaxAgeSeconds: tls?.hstsMaxAgeSeconds ?? YEAR_SECONDS,
    };
}

function checkMode(check: ArgumentCheck, tls: TlsArgs | undefined, environment: Environment): void {
    if (tls?.mode === undefined) {
        const modes = Object.values(TlsMode).join(", ");
        check.report("tls.mode", `is missing; give one of ${modes}. Plain HTTP has to be asked for`);
        return;
    }
    check.oneOf("tls.mode", tls.mode, TlsMode);
    check.oneOf("tls.minimumVersion", tls.minimumVersion, MinimumTlsVersion);
    check.known("tls.hstsMaxAgeSeconds", tls.hstsMaxAgeSeconds, wholeNumber(0, LARGEST_INT32, "seconds"));
    if (tls.mode === TlsMode.SelfSigned && environment === Environment.Production) {
        check.report(
            "tls.mode",
            "SelfSigned is for development: no client trusts it by itself. Use Custom, or set environment to Development",
        );
    }
}
