import type * as pulumi from "@pulumi/pulumi";
import { judgeCustomCertificate } from "../certificate/custom";
import { type ArgumentCheck, isLater } from "./argument-check";
import { TlsMode, type TlsSettings } from "./tls";

/**
 * Checks that mode, certificate, key and host name fit together; judges the certificate itself when all of it is known
 * already. (When something becomes known later, `customCertificate` judges it then.)
 * @param more names beside `tls.hostname` that the certificate has to cover
 */
export function checkCertificate(
    check: ArgumentCheck,
    tls: Pick<TlsSettings, "mode" | "certificate" | "privateKey" | "hostname">,
    more: readonly pulumi.Input<string>[],
    now: Date,
): void {
    if (tls.mode !== TlsMode.Custom) return;
    const { certificate, privateKey, hostname } = tls;
    const missing: ReadonlyArray<readonly [string, pulumi.Input<string> | undefined, string]> = [
        ["tls.hostname", hostname, "the certificate is for the name that clients use"],
        ["tls.certificate", certificate, "give the PEM chain, leaf first"],
        ["tls.privateKey", privateKey, "give the PEM key of the certificate, as a secret"],
    ];
    for (const [path, value, advice] of missing) {
        if (value === undefined) check.report(path, `is missing; ${advice}`);
    }
    if (certificate === undefined || privateKey === undefined || hostname === undefined) return;
    if ([certificate, privateKey, hostname, ...more].some(isLater)) return;
    const { problems } = judgeCustomCertificate(
        {
            certificate: certificate as string,
            privateKey: privateKey as string,
            hostnames: [hostname, ...more] as string[],
        },
        now,
    );
    for (const { propertyPath, reason } of problems) check.report(propertyPath, reason);
}
