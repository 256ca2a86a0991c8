import type * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../certificate/acme-arguments";
import { certificateWaitHooks } from "../certificate/certificate-wait";
import type { PublicAddress } from "./address";
import { type KubernetesScope, objectName } from "./kubernetes-scope";
import { hostnames, recordsOfOthers } from "./names";
import type { AksSettings } from "./settings";

/**
 * For after the last thing that is needed for the certificate to be served: the issuer by HTTP, the load balancer by DNS. Fronts that
 * change later are ready only with what the store has. Nothing behind an internal load balancer: whoever runs the update need not
 * reach it.
 */
export function awaiting(
    { challenge, waitSeconds }: AcmeSettings,
    settings: AksSettings,
    scope: KubernetesScope,
    address: PublicAddress | undefined,
    component: pulumi.Resource,
): pulumi.ResourceHookBinding | undefined {
    if (!address) return undefined;
    const own = hostnames(settings);
    const hook = certificateWaitHooks(
        scope.component,
        {
            hostnames: own.length > 0 ? own : [address.fqdn],
            userManagedNames: challenge === AcmeChallenge.Http01 ? recordsOfOthers(settings) : [],
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
