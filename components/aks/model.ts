import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import type { ProbeSettings } from "../model/probes";
import { frontLabels, type KubernetesScope, labels, objectName } from "./kubernetes-scope";
import type { ModelSettings } from "./model-settings";
import { DRAIN, DRAIN_SECONDS, quantities, RESTRICTED_CONTAINER, RESTRICTED_POD, spread } from "./pod";

/** What an ending pod gets beside the time for its last request. */
const SHUTDOWN_SECONDS = 5;

/** Kubernetes tells that a deadline has passed a moment after it has. */
const PATIENCE_SECONDS = 15;

/** A model: its pods, the name that the front finds them by, and what keeps their number right. */
export function model(
    settings: ModelSettings,
    scope: KubernetesScope,
    pullSecret: core.Secret | undefined,
): apps.Deployment {
    const name = objectName(scope, settings.name);
    const selector = labels(scope, "model", settings.name);
    const metadata = { name, namespace: scope.namespace, labels: selector };
    const { opts } = scope;
    // The provider waits for as long as this whatever the deadline is, and only then says what the pods lack.
    const patience = `${settings.progressDeadlineSeconds + PATIENCE_SECONDS}s`;

    new core.Service(
        name,
        // Headless: the front wants each replica's own address.
        { metadata, spec: { clusterIP: "None", selector, ports: [{ name: "http", port: settings.port }] } },
        opts,
    );
    onlyFromTheFront(name, settings, scope);
    const deployment = new apps.Deployment(
        name,
        {
            metadata,
            spec: {
                // With autoscaling the number belongs to the autoscaler.
                replicas: settings.targetUtilization === undefined ? settings.replicas.most : undefined,
                selector: { matchLabels: selector },
                progressDeadlineSeconds: settings.progressDeadlineSeconds,
                strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
                template: {
                    metadata: { labels: { ...settings.podLabels, ...selector } },
                    spec: podSpec(name, settings, scope, selector, pullSecret),
                },
            },
        },
        { ...opts, customTimeouts: { create: patience, update: patience } },
    );
    if (settings.targetUtilization !== undefined) {
        autoscaler(metadata, settings, settings.targetUtilization, deployment, opts);
    }
    // A single replica may go at any time: waiting for a second one would keep its node for ever.
    if (settings.replicas.least > 1) {
        const spec = { maxUnavailable: 1, selector: { matchLabels: selector } };
        new policy.PodDisruptionBudget(name, { metadata, spec }, opts);
    }
    return deployment;
}

/** Most replicas that can be ready at a time: a rolling update adds a quarter. */
export function mostReplicas({ replicas }: ModelSettings): number {
    return replicas.most + Math.ceil(replicas.most / 4);
}

function podSpec(
    name: string,
    settings: ModelSettings,
    scope: KubernetesScope,
    selector: Record<string, string>,
    pullSecret: core.Secret | undefined,
): input.core.v1.PodSpec {
    const scoringSeconds = Math.ceil(settings.requestLimits.scoringTimeoutMs / 1000);
    return {
        containers: [container(name, settings, scope)],
        securityContext: { ...RESTRICTED_POD, runAsUser: settings.runAsUser },
        serviceAccountName: settings.serviceAccountName,
        automountServiceAccountToken: settings.serviceAccountName !== undefined,
        imagePullSecrets: pullSecret && [{ name: pullSecret.metadata.name }],
        nodeSelector: settings.nodeSelector,
        tolerations: settings.tolerations,
        topologySpreadConstraints: spread(selector),
        terminationGracePeriodSeconds: DRAIN_SECONDS + scoringSeconds + SHUTDOWN_SECONDS,
    };
}

function container(name: string, settings: ModelSettings, scope: KubernetesScope): input.core.v1.Container {
    const { gpu, limits, port, healthPath } = settings;
    const probe = (times: ProbeSettings): input.core.v1.Probe => ({
        httpGet: { path: healthPath, port },
        ...times,
    });
    const gpus: Record<string, string> = gpu > 0 ? { "nvidia.com/gpu": String(gpu) } : {};
    return {
        name: settings.name,
        image: settings.image,
        command: settings.command,
        env: Object.entries(settings.environment).map(([variable, value]) => ({ name: variable, value })),
        envFrom: secretEnvironment(name, settings, scope),
        ports: [{ name: "http", containerPort: port }],
        resources: {
            requests: { ...quantities(settings), ...gpus },
            limits: { ...quantities(limits), ...gpus },
        },
        readinessProbe: probe(settings.readiness),
        livenessProbe: probe(settings.liveness),
        securityContext: RESTRICTED_CONTAINER,
        lifecycle: DRAIN,
    };
}

/** Named anew when a value changes, so that the pods follow. */
function secretEnvironment(
    name: string,
    { secretEnvironment: values, name: modelName }: ModelSettings,
    scope: KubernetesScope,
): input.core.v1.EnvFromSource[] | undefined {
    if (Object.keys(values).length === 0) return undefined;
    const secret = new core.Secret(
        `${name}-environment`,
        {
            metadata: { namespace: scope.namespace, labels: labels(scope, "model", modelName) },
            stringData: pulumi.secret(values),
        },
        scope.opts,
    );
    return [{ secretRef: { name: secret.metadata.name } }];
}

function autoscaler(
    metadata: input.meta.v1.ObjectMeta & { name: string },
    { replicas }: ModelSettings,
    averageUtilization: number,
    deployment: apps.Deployment,
    opts: pulumi.CustomResourceOptions,
): void {
    new autoscaling.HorizontalPodAutoscaler(
        metadata.name,
        {
            metadata,
            spec: {
                scaleTargetRef: {
                    apiVersion: deployment.apiVersion,
                    kind: deployment.kind,
                    name: metadata.name,
                },
                minReplicas: replicas.least,
                maxReplicas: replicas.most,
                metrics: [
                    {
                        type: "Resource",
                        resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
                    },
                ],
            },
        },
        opts,
    );
}

/** Requests come through the front, which counts them and asks for keys. */
function onlyFromTheFront(name: string, settings: ModelSettings, scope: KubernetesScope): void {
    new networking.NetworkPolicy(
        name,
        {
            metadata: {
                name,
                namespace: scope.namespace,
                labels: labels(scope, "model", settings.name),
            },
            spec: {
                podSelector: { matchLabels: labels(scope, "model", settings.name) },
                policyTypes: ["Ingress"],
                ingress: [
                    {
                        from: [{ podSelector: { matchLabels: frontLabels(scope) } }],
                        ports: [{ port: settings.port, protocol: "TCP" }],
                    },
                ],
            },
        },
        scope.opts,
    );
}
