import type * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../certificate/acme-arguments";
import { certificateWaitHooks } from "../certificate/certificate-wait";
import type { PublicAddress } from "./address";
import { userManagedHostnames, hostnames } from "./dns-records";
import { type KubernetesScope, objectName } from "./kubernetes-scope";
import type { AksSettings } from "./settings";

/**
 * Hooks that wait until the certificate is served, for the last resource that this needs: with Http01 the issuer, with Dns01 the
 * load balancer. None with an internal load balancer, which the machine of the update may not reach.
 */
export function issuedCertificateHooks(
    { challenge, waitSeconds }: AcmeSettings,
    settings: AksSettings,
    {
        scope,
        address,
        component,
    }: { scope: KubernetesScope; address?: PublicAddress; component: pulumi.Resource },
): pulumi.ResourceHookBinding | undefined {
    if (!address) return undefined;
    const customNames = hostnames(settings);
    const hook = certificateWaitHooks(
        scope.component,
        {
            hostnames: customNames.length > 0 ? customNames : [address.fqdn],
            userManagedNames: challenge === AcmeChallenge.Http01 ? userManagedHostnames(settings) : [],
            waitSeconds,
            find: () =>
                address.resource.ipAddress.apply(ipAddress => ({
                    ipAddress,
                    logCommand: `kubectl logs --namespace ${scope.namespace} deployment/${objectName(scope, "issuer")}`,
                })),
        },
        component,
    );
    return { afterCreate: hook, afterUpdate: hook };
}
