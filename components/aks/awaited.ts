import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../arguments/acme";
import { certificateAwaited } from "../certificate/awaited";
import type { PublicAddress } from "./address";
import { type KubernetesScope, objectName } from "./kubernetes-scope";
import { hostnames, recordsOfOthers } from "./names";
import type { AksSettings } from "./settings";

/** Where an update waits for the certificate. */
export interface AwaitingHooks {
    /** The fronts are new, and have only the placeholder. */
    front?: pulumi.ResourceHookBinding;
    loadBalancer?: pulumi.ResourceHookBinding;
    lastRecord?: pulumi.ResourceHookBinding;
}

/**
 * After the last thing that the authority needs to find the service. Nothing behind an internal load balancer: whoever runs the
 * update need not reach it.
 */
export function awaiting(
    acme: AcmeSettings,
    settings: AksSettings,
    scope: KubernetesScope,
    address: PublicAddress | undefined,
    component: pulumi.Resource,
): AwaitingHooks {
    if (!address) return {};
    const own = hostnames(settings);
    const others = recordsOfOthers(settings);
    const hook = certificateAwaited(
        scope.component,
        {
            hostname: own[0] ?? address.fqdn,
            recordsOfOthers: acme.challenge === AcmeChallenge.Http01 ? others : [],
            waitSeconds: acme.waitSeconds,
            find: () =>
                address.resource.ipAddress.apply(ipAddress => ({
                    ipAddress,
                    logCommand: `kubectl logs --namespace ${scope.namespace} deployment/${objectName(scope, "issuer")}`,
                })),
        },
        component,
    );
    const made = { afterCreate: hook, afterUpdate: hook };
    const hasRecord = others.length < own.length;
    return {
        front: { afterUpdate: hook },
        ...(hasRecord ? { lastRecord: made } : { loadBalancer: made }),
    };
}
