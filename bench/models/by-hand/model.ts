/** One model: Service, network policy, Deployment, autoscaler, and two keys. */
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { labels, objectMeta, spread } from "./names";

const PORT = 5001;

export interface Model {
    name: string;
    deployment: apps.Deployment;
    keys: pulumi.Output<string[]>;
}

export function model(name: string, opts: pulumi.CustomResourceOptions): Model {
    const selector = labels("model", name);
    const metadata = objectMeta(name, selector);
    const resourceName = metadata.name;
    new core.Service(
        resourceName,
        { metadata, spec: { clusterIP: "None", selector, ports: [{ name: "http", port: PORT }] } },
        opts,
    );
    new networking.NetworkPolicy(
        resourceName,
        {
            metadata,
            spec: {
                podSelector: { matchLabels: selector },
                policyTypes: ["Ingress"],
                ingress: [
                    {
                        from: [{ podSelector: { matchLabels: labels("front", "front") } }],
                        ports: [{ port: PORT, protocol: "TCP" }],
                    },
                ],
            },
        },
        opts,
    );
    const deployment = new apps.Deployment(
        resourceName,
        {
            metadata,
            spec: {
                selector: { matchLabels: selector },
                progressDeadlineSeconds: 600,
                strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
                template: {
                    metadata: { labels: selector },
                    spec: podSpec(name, selector),
                },
            },
        },
        { ...opts, customTimeouts: { create: "615s", update: "615s" } },
    );
    autoscale(deployment, metadata, opts);
    const key = (which: string) =>
        new random.RandomPassword(`${resourceName}-${which}-key`, { length: 32, special: false }).result;
    return { name, deployment, keys: pulumi.all([key("primary"), key("secondary")]) };
}

function autoscale(
    deployment: apps.Deployment,
    metadata: ReturnType<typeof objectMeta>,
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
                minReplicas: 1,
                maxReplicas: 10,
                metrics: [
                    {
                        type: "Resource",
                        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
                    },
                ],
            },
        },
        opts,
    );
}

function podSpec(name: string, selector: Record<string, string>) {
    const probe = { periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3, successThreshold: 1 };
    const httpGet = { path: "/", port: PORT };
    return {
        containers: [
            {
                name,
                image: `contoso.azurecr.io/${name}:1`,
                env: [{ name: "MODEL_NAME", value: name }],
                ports: [{ name: "http", containerPort: PORT }],
                resources: { requests: { cpu: "100m", memory: "512Mi" } },
                readinessProbe: { httpGet, ...probe },
                livenessProbe: { httpGet, ...probe, initialDelaySeconds: 310 },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                lifecycle: { preStop: { sleep: { seconds: 40 } } },
            },
        ],
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        automountServiceAccountToken: false,
        topologySpreadConstraints: spread(selector),
        terminationGracePeriodSeconds: 105,
    };
}
