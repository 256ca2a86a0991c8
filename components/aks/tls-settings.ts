import { AcmeChallenge } from "../certificate/acme-arguments";
import type { ArgumentCheck } from "../shared/argument-check";
import { readEnvironment } from "../shared/environment";
import * as text from "../shared/rules/text";
import { readTls, TlsMode, type TlsSettings } from "../certificate/tls-arguments";
import { isInZone } from "../dns/zone-name";
import { LoadBalancerType, type SecureAksInferenceArgs } from "./arguments";
import type { ClusterSettings } from "./cluster-settings";

/** The checked arguments of TLS, with defaults. */
export interface AksTlsSettings extends TlsSettings {
    /** The Kubernetes Secret with the certificate, which another program manages. */
    secretName?: string;
    /** The storage class of the certificate store. */
    storageClassName: string;
}

/** Checks the common arguments of TLS and those that only exist on Kubernetes. */
export function readAksTls(
    check: ArgumentCheck,
    args: SecureAksInferenceArgs,
    cluster: ClusterSettings,
): AksTlsSettings {
    const tls = readTls(check, args.tls, readEnvironment(check, args.environment), args.dns?.zoneName);
    const { secretName, acme: { storageClassName = "azurefile-csi" } = {} } = args.tls ?? {};
    check.known("tls.acme.storageClassName", storageClassName, text.kubernetesName);
    if (secretName !== undefined) checkSecret(check, secretName, tls);
    if (tls.acme?.challenge === AcmeChallenge.Dns01) checkDns01(check, args, cluster);
    if (
        tls.acme?.challenge === AcmeChallenge.Http01 &&
        args.loadBalancer?.type === LoadBalancerType.InternalLoadBalancer
    ) {
        check.report(
            "tls.acme.challenge",
            "is Http01, but the authority connects from the internet and does not reach an internal load balancer; use Dns01 with dns.zoneName, or set tls.mode to Custom",
        );
    }
    return { ...tls, secretName, storageClassName };
}

function checkSecret(check: ArgumentCheck, secretName: string, tls: TlsSettings): void {
    check.known("tls.secretName", secretName, text.kubernetesName);
    if (tls.mode !== TlsMode.Custom) {
        check.report(
            "tls.secretName",
            `conflicts with tls.mode ${tls.mode}; remove it, or set tls.mode to Custom`,
        );
    }
    const { certificate, privateKey, pfx, trustedRoots } = tls;
    if ([certificate, privateKey, pfx, trustedRoots].some(given => given !== undefined)) {
        check.report(
            "tls.secretName",
            "conflicts with tls.certificate, tls.privateKey, tls.pfx and tls.trustedRoots; remove it, or remove those",
        );
    }
    if (tls.hostname === undefined) {
        check.report("tls.hostname", "is missing; set it to the host name that the certificate covers");
    }
}

/** Dns01 needs the OIDC issuer of the cluster, and the zone of every host name. */
function checkDns01(
    check: ArgumentCheck,
    { models = {}, dns }: SecureAksInferenceArgs,
    { attach }: ClusterSettings,
): void {
    if (attach && attach.clusterName === undefined) {
        check.report(
            "tls.acme.challenge",
            "is Dns01, which needs the OIDC issuer of the cluster; set cluster.attach.resourceId so that it can be looked up, or use Http01",
        );
    }
    for (const [model, { hostname }] of Object.entries(models)) {
        if (typeof hostname !== "string" || typeof dns?.zoneName !== "string") continue;
        if (!isInZone(hostname, dns.zoneName)) {
            check.report(
                `models.${model}.hostname`,
                `is not in the DNS zone ${dns.zoneName}, in which Dns01 creates its records; use a name in that zone, or set tls.acme.challenge to Http01`,
            );
        }
    }
}
