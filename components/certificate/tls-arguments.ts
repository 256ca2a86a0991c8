import type * as pulumi from "@pulumi/pulumi";
import { hostnameProblem } from "../shared/host-name";
import { type AcmeArgs, type AcmeSettings, readAcme } from "./acme-arguments";
import type { ArgumentCheck } from "../shared/argument-check";
import { Environment } from "../shared/environment";
import { MAX_INT32, wholeNumber } from "../shared/rules/numbers";
import { renewalTrigger } from "../shared/rules/text";

/** Where the certificate comes from. */
export enum TlsMode {
    /** From a certificate authority that issues and renews it by itself (ACME): Let's Encrypt, unless `acme` names another. */
    Auto = "Auto",
    /** Your own certificate, from any authority. */
    Custom = "Custom",
    /** A private authority and a certificate of its own, made by the stack. For development. */
    SelfSigned = "SelfSigned",
    /** Plain HTTP: everybody on the way can read requests, answers and scoring keys. */
    Disabled = "Disabled",
}

/** The oldest TLS version that clients may use. 1.0 and 1.1 are never offered. */
export enum MinimumTlsVersion {
    /** 1.2 and 1.3 (RFC 5246, RFC 8446). */
    Tls12 = "1.2",
    /** 1.3 alone (RFC 8446): clients that do not know it are refused. */
    Tls13 = "1.3",
}

/** How clients reach the service. */
export interface TlsArgs {
    /**
     * Where the certificate comes from. Plain HTTP has to be asked for.
     * @default TlsMode.Auto
     * @example TlsMode.Custom
     */
    mode?: TlsMode;
    /**
     * The name clients use, without scheme or port. Point it to the service with a CNAME: see `dns`, or the output
     * `dnsRecord`. Required with `Custom`, where a subject alternative name of the certificate must cover it
     * (RFC 9525; clients do not look at the common name).
     * @default the name that Azure gives: the leaf domain label in its region
     * @example "score.contoso.com"
     */
    hostname?: pulumi.Input<string>;
    /**
     * PEM chain, leaf first, without the root. For `Custom`. Treated as a secret together with its key.
     * @default none: required with `Custom`, unless there is a `pfx`
     */
    certificate?: pulumi.Input<string>;
    /**
     * PEM private key, not encrypted (PKCS#8, PKCS#1 or SEC 1). For `Custom`. Secret.
     * @default none: required with `Custom`, unless there is a `pfx`
     */
    privateKey?: pulumi.Input<string>;
    /**
     * A PFX (PKCS#12) file with certificate, chain and key in Base64, as `base64 -w0 FILE` prints it. For `Custom`, instead
     * of `certificate` and `privateKey`. Secret. A root above intermediates is not served.
     * @default none
     * @example readFileSync("score.pfx").toString("base64")
     */
    pfx?: pulumi.Input<string>;
    /**
     * The password that the PFX file was exported with. Secret.
     * @default none
     */
    pfxPassword?: pulumi.Input<string>;
    /**
     * The authority that issues and renews the certificate. For `Auto`.
     * @default Let's Encrypt
     */
    acme?: AcmeArgs;
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
    /**
     * Any value that was not there before makes a new certificate with a new key in the next update, also the first one. For
     * certificates that the stack makes by itself. With `SelfSigned` an earlier value and leaving it out again do too, and the
     * authority stays: clients that trust it notice nothing. With `Auto` an authority counts certificates, so they do not.
     * @default none: a certificate is renewed when its time has come
     * @example "2026-11-24, key was on a lost laptop"
     */
    renewalTrigger?: pulumi.Input<string>;
}

/** How clients reach the service, checked, with defaults in place. */
export interface TlsSettings {
    mode: TlsMode;
    /** Absent: clients use the name that Azure gives. */
    hostname?: pulumi.Input<string>;
    certificate?: pulumi.Input<string>;
    privateKey?: pulumi.Input<string>;
    pfx?: pulumi.Input<string>;
    pfxPassword?: pulumi.Input<string>;
    /** With `Auto`, and only then. */
    acme?: AcmeSettings;
    minimumVersion: MinimumTlsVersion;
    hstsMaxAgeSeconds: number;
    renewalTrigger?: pulumi.Input<string>;
}

/** Modes in which the certificate is the user's own, or there is none, and why nothing can be renewed here. */
const NOT_RENEWED_HERE: Partial<Record<TlsMode, string>> = {
    [TlsMode.Custom]: "renew your certificate where it comes from, and give the new one",
    [TlsMode.Disabled]: "there is no certificate; leave this out",
};

const YEAR_SECONDS = 31_536_000;

/**
 * The certificate itself is judged by `checkCustomCertificate`.
 * @param zoneName the zone of `tls.hostname`, as far as there is one
 */
export function readTls(
    check: ArgumentCheck,
    tls: TlsArgs = {},
    environment: Environment,
    zoneName: pulumi.Input<string> | undefined,
): TlsSettings {
    const { mode = TlsMode.Auto } = tls;
    const hostname = check.optionalInput("tls.hostname", tls.hostname, hostnameProblem);
    checkMode(check, mode, tls, environment);
    return {
        mode,
        hostname,
        certificate: tls.certificate,
        privateKey: tls.privateKey,
        pfx: tls.pfx,
        pfxPassword: tls.pfxPassword,
        acme: mode === TlsMode.Auto ? readAcme(check, tls.acme, zoneName) : undefined,
        minimumVersion: tls.minimumVersion ?? MinimumTlsVersion.Tls12,
        hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds ?? YEAR_SECONDS,
        renewalTrigger: readRenewalTrigger(check, mode, tls),
    };
}

function readRenewalTrigger(
    check: ArgumentCheck,
    mode: TlsMode,
    tls: TlsArgs,
): TlsSettings["renewalTrigger"] {
    const advice = NOT_RENEWED_HERE[mode];
    if (tls.renewalTrigger !== undefined && advice !== undefined) {
        check.report(
            "tls.renewalTrigger",
            `does not go with mode ${mode}, where the stack makes no certificate; ${advice}`,
        );
    }
    return check.optionalInput("tls.renewalTrigger", tls.renewalTrigger, renewalTrigger);
}

function checkMode(check: ArgumentCheck, mode: TlsMode, tls: TlsArgs, environment: Environment): void {
    check.oneOf("tls.mode", mode, TlsMode);
    check.oneOf("tls.minimumVersion", tls.minimumVersion, MinimumTlsVersion);
    check.known("tls.hstsMaxAgeSeconds", tls.hstsMaxAgeSeconds, wholeNumber(0, MAX_INT32, "seconds"));
    if (mode === TlsMode.SelfSigned && environment === Environment.Production) {
        check.report(
            "tls.mode",
            "SelfSigned is for development: no client trusts it by itself. Use Auto or Custom, or set environment to Development",
        );
    }
    if (mode === TlsMode.Auto) {
        for (const own of ["certificate", "privateKey", "pfx"] as const) {
            if (tls[own] !== undefined) check.report(`tls.${own}`, BESIDE_AUTO);
        }
    } else if (tls.acme !== undefined) {
        check.report("tls.acme", `goes with mode Auto, and the mode is ${mode}; change one`);
    }
}

const BESIDE_AUTO =
    "stands beside mode Auto, which gets its certificate by itself; set tls.mode to Custom to serve this one, or leave it out";
