import * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster";
import type { AksSettings } from "./settings";

/** The namespace and the common options of a component's Kubernetes objects. */
export interface KubernetesScope {
    /** The component's name: the prefix of the names of all objects. */
    component: string;
    namespace: string;
    /** The parent and the provider of every object, and the dependency on a new namespace. */
    opts: pulumi.CustomResourceOptions;
}

/** Creates the namespace unless the user named an existing one. */
export function kubernetesScope(
    component: string,
    { namespace }: AksSettings,
    { kubernetes }: Cluster,
    parent: pulumi.Resource,
): KubernetesScope {
    const opts = { parent, provider: kubernetes };
    if (namespace.exists) return { component, namespace: namespace.name, opts };
    const created = new core.Namespace(
        component,
        {
            metadata: {
                name: namespace.name,
                labels: {
                    "app.kubernetes.io/part-of": component,
                    // https://kubernetes.io/docs/concepts/security/pod-security-standards/
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
        },
        opts,
    );
    return { component, namespace: namespace.name, opts: { ...opts, dependsOn: [created] } };
}

/** The labels of an object. They also select pods, so they must not change. */
export function labels(
    scope: KubernetesScope,
    role: "front" | "issuer" | "model",
    name: string,
): Record<string, string> {
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": role,
        "app.kubernetes.io/part-of": scope.component,
    };
}

/** The labels of the front's objects. They also select its pods. */
export function frontLabels(scope: KubernetesScope): Record<string, string> {
    return labels(scope, "front", "front");
}

/** The name of an object, e.g. `inference-iris` for `iris` in the component `inference`. */
export function objectName(scope: KubernetesScope, name: string): string {
    return `${scope.component}-${name}`;
}

/** The DNS name of a Service inside the cluster. */
export function serviceHost(scope: KubernetesScope, name: string): string {
    return `${objectName(scope, name)}.${scope.namespace}.svc.cluster.local`;
}
