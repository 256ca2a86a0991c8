import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesScope } from "./kubernetes-scope";

/**
 * Creates a Secret with environment variables and returns its reference for a container. Pulumi names the Secret, so a changed
 * value creates another one, and the pods are replaced.
 */
export function secretEnvironment(
    name: string,
    variables: pulumi.Input<Record<string, pulumi.Input<string>>>,
    labels: Record<string, string>,
    scope: KubernetesScope,
): input.core.v1.EnvFromSource[] {
    const secret = new core.Secret(
        `${name}-environment`,
        { metadata: { namespace: scope.namespace, labels }, stringData: variables },
        scope.opts,
    );
    return [{ secretRef: { name: secret.metadata.name } }];
}
