import { AcmeChallenge } from "../certificate/acme-arguments";
import type { ArgumentCheck } from "../shared/argument-check";
import { readEnvironment } from "../shared/environment";
import * as text from "../shared/rules/text";
import { readTls, TlsMode, type TlsSettings } from "../certificate/tls-arguments";
import { isInZone } from "../dns/zone-name";
import { LoadBalancerType, type SecureAksInferenceArgs } from "./arguments";
import type { ClusterSettings } from "./cluster-settings";

/** How clients reach the service, checked, with defaults in place. */
export interface AksTlsSettings extends TlsSettings {
    /** The Secret in Kubernetes that somebody else keeps the certificate in. */
    secretName?: string;
    /** Of the claim that the issuer keeps it in. */
    storageClassName: string;
}

/** Checks what is only possible on Kubernetes too, and what is not possible there. */
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
            "Http01 lets the authority ask the service from the internet, which does not reach an internal load balancer; use Dns01 with dns.zoneName, or mode Custom",
        );
    }
    return { ...tls, secretName, storageClassName };
}

function checkSecret(check: ArgumentCheck, secretName: string, tls: TlsSettings): void {
    check.known("tls.secretName", secretName, text.kubernetesName);
    if (tls.mode !== TlsMode.Custom) {
        check.report("tls.secretName", `goes with mode Custom, and the mode is ${tls.mode}; change one`);
    }
    if ([tls.certificate, tls.privateKey, tls.pfx].some(given => given !== undefined)) {
        check.report(
            "tls.secretName",
            "stands beside tls.certificate, tls.privateKey or tls.pfx; leave one of the two out",
        );
    }
    if (tls.hostname === undefined) {
        check.report("tls.hostname", "is missing; the certificate is for the name that clients use");
    }
}

/** What has to be known, and named, for records in the zone. */
function checkDns01(
    check: ArgumentCheck,
    { models = {}, dns }: SecureAksInferenceArgs,
    { attach }: ClusterSettings,
): void {
    if (attach && attach.clusterName === undefined) {
        check.report(
            "tls.acme.challenge",
            "Dns01 needs the cluster's OIDC issuer, which only Azure knows; name the cluster in cluster.attach too, or use Http01",
        );
    }
    for (const [model, { hostname }] of Object.entries(models)) {
        if (typeof hostname !== "string" || typeof dns?.zoneName !== "string") continue;
        if (!isInZone(hostname, dns.zoneName)) {
            check.report(
                `models.${model}.hostname`,
                `does not lie in the zone ${dns.zoneName}, where Dns01 proves that a name is yours; use a name in it, or set tls.acme.challenge to Http01`,
            );
        }
    }
}
