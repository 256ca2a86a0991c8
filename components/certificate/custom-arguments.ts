import type * as pulumi from "@pulumi/pulumi";
import { judgeCustomCertificate } from "./custom-certificate";
import { type ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
import { TlsMode, type TlsSettings } from "./tls-arguments";

type Custom = Pick<TlsSettings, "mode" | "certificate" | "privateKey" | "pfx" | "pfxPassword" | "hostname">;

/**
 * Checks that mode, certificate, key and host name fit together; judges the certificate itself when all of it is known
 * already. (When something becomes known later, `customCertificate` judges it then.)
 * @param more names beside `tls.hostname` that the certificate has to cover
 */
export function checkCustomCertificate(
    check: ArgumentCheck,
    tls: Custom,
    more: readonly pulumi.Input<string>[],
    now: Date,
): void {
    if (tls.mode !== TlsMode.Custom) return;
    const { certificate, privateKey, pfx, pfxPassword, hostname } = tls;
    const isWhole = tls.pfx === undefined ? checkPem(check, tls) : checkPfx(check, tls);
    if (hostname === undefined) {
        check.report("tls.hostname", "is missing; the certificate is for the name that clients use");
        return;
    }
    if (!isWhole || [certificate, privateKey, pfx, pfxPassword, hostname, ...more].some(isOutputOrPromise))
        return;
    const hostnames = [hostname, ...more];
    const { problems } = judgeCustomCertificate(
        { certificate, privateKey, pfx, pfxPassword, hostnames } as Parameters<
            typeof judgeCustomCertificate
        >[0],
        now,
    );
    for (const { propertyPath, reason } of problems) check.report(propertyPath, reason);
}

/** Returns whether certificate and key are there. */
function checkPem(check: ArgumentCheck, { certificate, privateKey, pfxPassword }: Custom): boolean {
    if (pfxPassword !== undefined) {
        check.report(
            "tls.pfx",
            "is missing beside tls.pfxPassword; give the PFX file in Base64, as a secret",
        );
        return false;
    }
    if (certificate === undefined) {
        check.report(
            "tls.certificate",
            "is missing; give the PEM chain, leaf first, or tls.pfx instead of certificate and key",
        );
    }
    if (privateKey === undefined) {
        check.report("tls.privateKey", "is missing; give the PEM key of the certificate, as a secret");
    }
    return certificate !== undefined && privateKey !== undefined;
}

/** Returns whether the PFX stands alone: which of two certificates is meant, nobody can know. */
function checkPfx(check: ArgumentCheck, { certificate, privateKey }: Custom): boolean {
    const beside = Object.entries({ certificate, privateKey })
        .filter(([, value]) => value !== undefined)
        .map(([name]) => `tls.${name}`);
    if (beside.length === 0) return true;
    check.report("tls.pfx", `stands beside ${beside.join(" and ")}; leave the one or the other out`);
    return false;
}
