import type * as pulumi from "@pulumi/pulumi";
import { hostnameProblem } from "../shared/host-name";
import { type AcmeArgs, type AcmeSettings, readAcme } from "./acme-arguments";
import type { ArgumentCheck } from "../shared/argument-check";
import { Environment } from "../shared/environment";
import { hstsMaxAgeSeconds } from "../shared/rules/numbers";
import { renewalTrigger } from "../shared/rules/text";

/** Where the certificate comes from. */
export enum TlsMode {
    /** A certificate authority issues and renews the certificate automatically (ACME): Let's Encrypt, or the one in `acme`. */
    Auto = "Auto",
    /** You provide the certificate. */
    Custom = "Custom",
    /** The stack creates a private authority and a certificate. For development. */
    SelfSigned = "SelfSigned",
    /** Plain HTTP: anyone on the network path can read requests, responses and scoring keys. */
    Disabled = "Disabled",
}

/** The oldest TLS version that clients may use. 1.0 and 1.1 are never offered. */
export enum MinimumTlsVersion {
    /** 1.2 and 1.3 (RFC 5246, RFC 8446). */
    Tls12 = "1.2",
    /** Only 1.3 (RFC 8446). Clients without support for it are refused. */
    Tls13 = "1.3",
}

/** TLS and the host name of the service. */
export interface TlsArgs {
    /**
     * The source of the certificate, or `Disabled` for plain HTTP.
     * @default TlsMode.Auto
     * @example TlsMode.Custom
     */
    mode?: TlsMode;
    /**
     * The host name that clients use, without scheme or port. It needs a CNAME record: set `dns`, or create the record in the
     * output `dnsRecord`. Required with `Custom`, where a subject alternative name of the certificate must cover it
     * (RFC 9525; clients ignore the common name).
     * @default the name that Azure assigns: the leaf domain label in the domain of the region
     * @example "score.contoso.com"
     */
    hostname?: pulumi.Input<string>;
    /**
     * PEM chain, leaf first, without the root. For `Custom`. Stored as a secret together with its key.
     * @default none; required with `Custom`, unless `pfx` is set
     */
    certificate?: pulumi.Input<string>;
    /**
     * PEM private key, not encrypted (PKCS#8, PKCS#1 or SEC 1). For `Custom`. Secret.
     * @default none; required with `Custom`, unless `pfx` is set
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
     * The password of the PFX file. Secret.
     * @default none
     */
    pfxPassword?: pulumi.Input<string>;
    /**
     * PEM certificates of the only roots that clients trust, for example of your private authority. For `Custom`. The preview then
     * refuses a chain that does not end at one of them. The roots are not served.
     * @default trust is not checked, and the preview says where the chain ends
     * @example readFileSync("contoso-root.pem", "utf8")
     */
    trustedRoots?: pulumi.Input<string>;
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
     * How long browsers remember to use only HTTPS (`Strict-Transport-Security`, RFC 6797), in seconds; 0 omits
     * the header. Set it to 0 well before `mode` becomes `Disabled`.
     * @default 31536000 (a year)
     */
    hstsMaxAgeSeconds?: number;
    /**
     * A new value creates a new certificate with a new key at the next update. For `Auto` and `SelfSigned`. With `SelfSigned` every
     * change creates one, also a change to an earlier value or the removal; the authority does not change, so clients that trust it
     * are not affected. With `Auto` only values that were never used create one, because authorities limit the number of
     * certificates.
     * @default none; certificates are renewed before they expire
     * @example "2026-11-24, key was on a lost laptop"
     */
    renewalTrigger?: pulumi.Input<string>;
}

/** The checked arguments, with defaults. */
export interface TlsSettings {
    mode: TlsMode;
    /** Absent: clients use the name that Azure assigns. */
    hostname?: pulumi.Input<string>;
    certificate?: pulumi.Input<string>;
    privateKey?: pulumi.Input<string>;
    pfx?: pulumi.Input<string>;
    pfxPassword?: pulumi.Input<string>;
    trustedRoots?: pulumi.Input<string>;
    /** Set only for `Auto`. */
    acme?: AcmeSettings;
    minimumVersion: MinimumTlsVersion;
    hstsMaxAgeSeconds: number;
    renewalTrigger?: pulumi.Input<string>;
}

/** What to do instead in modes where the stack does not create the certificate. */
const RENEWAL_ADVICE: Partial<Record<TlsMode, string>> = {
    [TlsMode.Custom]:
        "renew the certificate with its authority and set tls.certificate, or tls.pfx, to the new one",
    [TlsMode.Disabled]: "remove it",
};

const YEAR_SECONDS = 31_536_000;

/**
 * Does not check the certificate: see `checkCustomCertificate`.
 * @param zoneName the value of `dns.zoneName`
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
        trustedRoots: tls.trustedRoots,
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
    const advice = RENEWAL_ADVICE[mode];
    if (tls.renewalTrigger !== undefined && advice !== undefined) {
        check.report(
            "tls.renewalTrigger",
            `conflicts with tls.mode ${mode}, where the stack creates no certificate; ${advice}`,
        );
    }
    return check.optionalInput("tls.renewalTrigger", tls.renewalTrigger, renewalTrigger);
}

function checkMode(check: ArgumentCheck, mode: TlsMode, tls: TlsArgs, environment: Environment): void {
    check.oneOf("tls.mode", mode, TlsMode);
    check.oneOf("tls.minimumVersion", tls.minimumVersion, MinimumTlsVersion);
    check.known("tls.hstsMaxAgeSeconds", tls.hstsMaxAgeSeconds, hstsMaxAgeSeconds);
    if (mode === TlsMode.SelfSigned && environment === Environment.Production) {
        check.report(
            "tls.mode",
            "is SelfSigned, which is for development: clients do not trust such a certificate. Set it to Auto or Custom, or set environment to Development",
        );
    }
    if (mode !== TlsMode.Custom && tls.trustedRoots !== undefined) {
        check.report(
            "tls.trustedRoots",
            `conflicts with tls.mode ${mode}; remove it, or set tls.mode to Custom`,
        );
    }
    if (mode === TlsMode.Auto) {
        for (const name of ["certificate", "privateKey", "pfx"] as const) {
            if (tls[name] !== undefined) {
                check.report(
                    `tls.${name}`,
                    "conflicts with tls.mode Auto; remove it, or set tls.mode to Custom",
                );
            }
        }
    } else if (tls.acme !== undefined) {
        check.report("tls.acme", `conflicts with tls.mode ${mode}; remove it, or set tls.mode to Auto`);
    }
}
