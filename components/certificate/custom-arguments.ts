import type * as pulumi from "@pulumi/pulumi";
import { checkCustomCertificateValues } from "./custom-certificate";
import { type ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
import { TlsMode, type TlsSettings } from "./tls-arguments";

type Custom = Pick<
    TlsSettings,
    "mode" | "certificate" | "privateKey" | "pfx" | "pfxPassword" | "trustedRoots" | "hostname"
>;

/**
 * Checks that certificate, key and host name are set, and applies the rules to the certificate when all values are known. (When a
 * value is an output, `customCertificate` applies them later. It always asks OpenSSL, which takes a handshake.)
 * @param additionalNames names besides `tls.hostname` that the certificate must cover
 */
export function checkCustomCertificate(
    check: ArgumentCheck,
    tls: Custom,
    additionalNames: readonly pulumi.Input<string>[],
    now: Date,
): void {
    if (tls.mode !== TlsMode.Custom) return;
    const { certificate, privateKey, pfx, pfxPassword, trustedRoots, hostname } = tls;
    const isComplete = tls.pfx === undefined ? checkPem(check, tls) : checkPfx(check, tls);
    if (hostname === undefined) {
        check.report(
            "tls.hostname",
            "is missing; set it to the name that clients use, which the certificate must cover",
        );
        return;
    }
    if (
        !isComplete ||
        [certificate, privateKey, pfx, pfxPassword, trustedRoots, hostname, ...additionalNames].some(
            isOutputOrPromise,
        )
    )
        return;
    const hostnames = [hostname, ...additionalNames];
    const { problems } = checkCustomCertificateValues(
        { certificate, privateKey, pfx, pfxPassword, trustedRoots, hostnames } as Parameters<
            typeof checkCustomCertificateValues
        >[0],
        now,
    );
    for (const { propertyPath, reason } of problems) check.report(propertyPath, reason);
}

/** Returns whether certificate and key are set. */
function checkPem(check: ArgumentCheck, { certificate, privateKey, pfxPassword }: Custom): boolean {
    if (pfxPassword !== undefined) {
        check.report(
            "tls.pfx",
            "is missing, but tls.pfxPassword is set; set it to the PFX file in Base64, as a secret",
        );
        return false;
    }
    if (certificate === undefined) {
        check.report(
            "tls.certificate",
            "is missing; set it to the PEM chain, leaf first, or set tls.pfx instead of certificate and key",
        );
    }
    if (privateKey === undefined) {
        check.report(
            "tls.privateKey",
            "is missing; set it to the PEM private key of the certificate, as a secret",
        );
    }
    return certificate !== undefined && privateKey !== undefined;
}

/** Returns whether the PFX is the only certificate: two certificates would be ambiguous. */
function checkPfx(check: ArgumentCheck, { certificate, privateKey }: Custom): boolean {
    const conflicting = Object.entries({ certificate, privateKey })
        .filter(([, value]) => value !== undefined)
        .map(([name]) => `tls.${name}`);
    if (conflicting.length === 0) return true;
    check.report("tls.pfx", `conflicts with ${conflicting.join(" and ")}; remove one or the other`);
    return false;
}
