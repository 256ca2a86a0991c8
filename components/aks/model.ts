import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { longestRequestMs } from "../front";
import type { ProbeSettings } from "../model/probes";
import { frontLabels, type KubernetesScope, labels, objectName } from "./kubernetes-scope";
import { interruptionNotice } from "./interruption-notice";
import type { ModelSettings } from "./model-settings";
import { DRAIN, DRAIN_SECONDS, quantities, RESTRICTED_CONTAINER, RESTRICTED_POD, spread } from "./pod";
import { secretEnvironment } from "./secret-environment";

/** Time for a model to shut down after its last request. */
const SHUTDOWN_SECONDS = 5;

/** Kubernetes reports an exceeded deadline with a delay. */
const DEADLINE_REPORT_SECONDS = 15;

/** Creates the objects of one model: its Service, network policy, Deployment, autoscaler and disruption budget. */
export function model(
    settings: ModelSettings,
    scope: KubernetesScope,
    pullSecret: core.Secret | undefined,
): apps.Deployment {
    const name = objectName(scope, settings.name);
    const selector = labels(scope, "model", settings.name);
    const metadata = { name, namespace: scope.namespace, labels: selector };
    const { opts } = scope;
    // The provider waits this long in any case, and reports the state of the pods only afterwards.
    const timeout = `${settings.progressDeadlineSeconds + DEADLINE_REPORT_SECONDS}s`;

    new core.Service(
        name,
        // Headless, because the front needs the IP address of every replica.
        { metadata, spec: { clusterIP: "None", selector, ports: [{ name: "http", port: settings.port }] } },
        opts,
    );
    allowOnlyFront(metadata, settings.port, scope);
    const autoscaled = settings.targetUtilization !== undefined;
    const deployment = new apps.Deployment(
        name,
        {
            // An autoscaler that set the number of replicas before owns that field, and a plain apply would fail.
            metadata: autoscaled
                ? metadata
                : { ...metadata, annotations: { "pulumi.com/patchForce": "true" } },
            spec: {
                replicas: autoscaled ? undefined : settings.replicas.most,
                selector: { matchLabels: selector },
                progressDeadlineSeconds: settings.progressDeadlineSeconds,
                strategy: { type: "RollingUpdate", rollingUpdate: rollingUpdate(settings) },
                template: {
                    metadata: { labels: { ...settings.podLabels, ...selector } },
                    spec: podSpec(metadata, settings, scope, pullSecret),
                },
            },
        },
        {
            ...opts,
            customTimeouts: { create: timeout, update: timeout },
            // Removing the field would reset it to 1. The autoscaler starts from the current number.
            ignoreChanges: autoscaled ? ["spec.replicas"] : undefined,
            hooks: interruptsUpdates(settings)
                ? { beforeUpdate: interruptionNotice(scope.component, settings) }
                : undefined,
        },
    );
    if (settings.targetUtilization !== undefined) autoscaler(metadata, settings, deployment, opts);
    // A budget for a single replica would block the drain of its node for ever.
    if (settings.replicas.least > 1) {
        const spec = { maxUnavailable: 1, selector: { matchLabels: selector } };
        new policy.PodDisruptionBudget(name, { metadata, spec }, opts);
    }
    return deployment;
}

/**
 * A replica with GPUs starts only where GPUs are free. In a cluster without spare ones, an update that keeps all replicas until
 * additional ones are ready would never end.
 */
function rollingUpdate({ gpu, spareGpu }: ModelSettings): input.apps.v1.RollingUpdateDeployment {
    return gpu > 0 && !spareGpu ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: "25%", maxUnavailable: 0 };
}

function interruptsUpdates({ gpu, spareGpu, replicas }: ModelSettings): boolean {
    return gpu > 0 && !spareGpu && replicas.least === 1;
}

/** The metadata of all objects of one model. The labels also select its pods. */
interface ModelMetadata {
    name: string;
    namespace: string;
    labels: Record<string, string>;
}

function podSpec(
    metadata: ModelMetadata,
    settings: ModelSettings,
    scope: KubernetesScope,
    pullSecret: core.Secret | undefined,
): input.core.v1.PodSpec {
    const requestSeconds = Math.ceil(longestRequestMs(settings.requestLimits) / 1000);
    return {
        containers: [container(metadata, settings, scope)],
        securityContext: { ...RESTRICTED_POD, runAsUser: settings.runAsUser },
        serviceAccountName: settings.serviceAccountName,
        automountServiceAccountToken: settings.serviceAccountName !== undefined,
        imagePullSecrets: pullSecret && [{ name: pullSecret.metadata.name }],
        nodeSelector: settings.nodeSelector,
        tolerations: settings.tolerations,
        topologySpreadConstraints: spread(metadata.labels),
        terminationGracePeriodSeconds: DRAIN_SECONDS + requestSeconds + SHUTDOWN_SECONDS,
    };
}

function container(
    { name, labels }: ModelMetadata,
    settings: ModelSettings,
    scope: KubernetesScope,
): input.core.v1.Container {
    const { gpu, resourceLimits, port, healthPath, secretEnvironment: secrets } = settings;
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
        envFrom:
            Object.keys(secrets).length > 0
                ? secretEnvironment(name, pulumi.secret(secrets), labels, scope)
                : undefined,
        ports: [{ name: "http", containerPort: port }],
        resources: {
            requests: { ...quantities(settings), ...gpus },
            limits: { ...quantities(resourceLimits), ...gpus },
        },
        readinessProbe: probe(settings.readiness),
        livenessProbe: probe(settings.liveness),
        securityContext: RESTRICTED_CONTAINER,
        lifecycle: DRAIN,
    };
}

function autoscaler(
    metadata: ModelMetadata,
    { replicas, targetUtilization: averageUtilization }: ModelSettings,
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

/** Allows only the front to connect to the model, because it enforces request limits and scoring keys. */
function allowOnlyFront(metadata: ModelMetadata, port: number, scope: KubernetesScope): void {
    new networking.NetworkPolicy(
        metadata.name,
        {
            metadata,
            spec: {
                podSelector: { matchLabels: metadata.labels },
                policyTypes: ["Ingress"],
                ingress: [
                    {
                        from: [{ podSelector: { matchLabels: frontLabels(scope) } }],
                        ports: [{ port, protocol: "TCP" }],
                    },
                ],
            },
        },
        scope.opts,
    );
}
