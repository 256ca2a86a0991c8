import * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster";
import type { AksSettings } from "./settings";

/** Where a component's Kubernetes objects go. */
export interface KubernetesScope {
    /** The component's name, with which the objects' names begin. */
    component: string;
    namespace: string;
    /** Of every object: its parent and provider, and after the namespace. */
    opts: pulumi.CustomResourceOptions;
}

/** The namespace, made unless it exists. */
export function kubernetesScope(
    component: string,
    { namespace }: AksSettings,
    { kubernetes }: Cluster,
    parent: pulumi.Resource,
): KubernetesScope {
    const opts = { parent, provider: kubernetes };
    if (namespace.exists) return { component, namespace: namespace.name, opts };
    const made = new core.Namespace(
        component,
        {
            metadata: {
                name: namespace.name,
                labels: {
                    "app.kubernetes.io/part-of": component,
                    // Kubernetes: Pod Security Standards.
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
        },
        opts,
    );
    return { component, namespace: namespace.name, opts: { ...opts, dependsOn: [made] } };
}

/** Labels of an object; those that select pods among them never change. */
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

/** Labels of the front and of what belongs to it; they select its pods. */
export function frontLabels(scope: KubernetesScope): Record<string, string> {
    return labels(scope, "front", "front");
}

/** `iris` of the component `inference` is `inference-iris`. */
export function objectName(scope: KubernetesScope, name: string): string {
    return `${scope.component}-${name}`;
}

/** The name under which pods find a Service. */
export function serviceHost(scope: KubernetesScope, name: string): string {
    return `${objectName(scope, name)}.${scope.namespace}.svc.cluster.local`;
}
