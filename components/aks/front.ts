import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import {
    CONFIGURATION_FOLDER,
    frontPodCommand,
    HEALTH_PORT,
    LIVE_PATH,
    METRICS_PATH,
    PROBE_THRESHOLDS,
    QUEUE_PORT,
    type PodFrontSettings,
    READY_PATH,
    SECRET_FOLDER,
    STORE_COPY_FOLDER,
    storeFrontPodCommand,
    TEMPORARY_FOLDER,
    terminationGraceSeconds,
    UNPRIVILEGED_HTTP_PORT,
    UNPRIVILEGED_HTTPS_PORT,
} from "../front";
import type { CertificateStore } from "./certificate-store";
import { type FrontFiles, secretSources } from "./front-files";
import { frontLabels, type KubernetesScope, objectName } from "./kubernetes-scope";
import { ANY_USER, quantities, RESTRICTED_CONTAINER, RESTRICTED_POD, spread } from "./pod";
import type { AksSettings } from "./settings";

const STORE_COPY = "store-copy";

const PROBE = { periodSeconds: 5, ...PROBE_THRESHOLDS };

/** The contents of the front and its dependencies. */
interface FrontArgs extends FrontFiles {
    behaviour: pulumi.Output<PodFrontSettings>;
    /** Set with `TlsMode.Auto`. */
    store: CertificateStore | undefined;
    dependsOn: pulumi.Resource[];
}

/** Creates the objects of the front: its Deployment, disruption budget, network policy, and the Service for its peers. */
export function front(settings: AksSettings, scope: KubernetesScope, args: FrontArgs): apps.Deployment {
    const name = objectName(scope, "front");
    const selector = frontLabels(scope);
    const metadata = { name, namespace: scope.namespace, labels: selector };
    const { opts } = scope;

    peerService(scope);
    allowedTraffic(name, settings, scope);
    new policy.PodDisruptionBudget(
        name,
        { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selector } } },
        opts,
    );
    return new apps.Deployment(
        name,
        {
            metadata,
            spec: {
                replicas: settings.front.replicas,
                selector: { matchLabels: selector },
                strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
                template: {
                    metadata: {
                        labels: selector,
                        annotations: {
                            "prometheus.io/scrape": "true",
                            "prometheus.io/port": String(HEALTH_PORT),
                            "prometheus.io/path": METRICS_PATH,
                        },
                    },
                    spec: podSpec(settings, selector, args),
                },
            },
        },
        // A failed update of a model or a missing certificate leaves the running front unchanged.
        { ...opts, dependsOn: args.dependsOn },
    );
}

/** The headless Service by which the fronts find each other: one of them holds the queue of each model. */
function peerService(scope: KubernetesScope): void {
    const selector = frontLabels(scope);
    const name = objectName(scope, "fronts");
    new core.Service(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: selector },
            spec: {
                clusterIP: "None",
                selector,
                ports: [{ name: "queue", port: QUEUE_PORT }],
                // The fronts check each other, which is faster than an update of DNS.
                publishNotReadyAddresses: true,
            },
        },
        scope.opts,
    );
}

/** The ports of the load balancer, and the ports of the pods behind them. */
export function publicPorts({ tls }: AksSettings): input.core.v1.ServicePort[] {
    const http = { name: "http", port: 80, targetPort: UNPRIVILEGED_HTTP_PORT };
    const https = { name: "https", port: 443, targetPort: UNPRIVILEGED_HTTPS_PORT };
    return tls.mode === TlsMode.Disabled ? [http] : [https, http];
}

/** The network policy of the front. Only fronts can reach the queues, which have no TLS. */
function allowedTraffic(name: string, settings: AksSettings, scope: KubernetesScope): void {
    const selector = frontLabels(scope);
    const tcp = (port: number) => ({ port, protocol: "TCP" });
    new networking.NetworkPolicy(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: selector },
            spec: {
                podSelector: { matchLabels: selector },
                policyTypes: ["Ingress"],
                ingress: [
                    { ports: publicPorts(settings).map(({ targetPort }) => tcp(targetPort as number)) },
                    { from: [{ podSelector: { matchLabels: selector } }], ports: [tcp(QUEUE_PORT)] },
                    // Metrics, for any collector in the cluster.
                    { from: [{ namespaceSelector: {} }], ports: [tcp(HEALTH_PORT)] },
                ],
            },
        },
        scope.opts,
    );
}

function podSpec(
    settings: AksSettings,
    selector: Record<string, string>,
    { behaviour, configuration, secrets, pullSecret, store }: FrontArgs,
): input.core.v1.PodSpec {
    const sources = secretSources(settings, secrets);
    const probe = (path: string) => ({ httpGet: { path, port: HEALTH_PORT }, ...PROBE });
    const share = quantities(settings.front);
    return {
        containers: [
            {
                name: "front",
                image: settings.front.image,
                command: [...(store ? storeFrontPodCommand : frontPodCommand)],
                ports: [
                    ...publicPorts(settings).map(({ name, targetPort }) => ({
                        name,
                        containerPort: targetPort as number,
                    })),
                    { name: "queue", containerPort: QUEUE_PORT },
                    { name: "health", containerPort: HEALTH_PORT },
                ],
                // No CPU limit: throttling would delay the TLS handshakes of all clients.
                resources: { requests: share, limits: { memory: share.memory as string } },
                readinessProbe: probe(READY_PATH),
                livenessProbe: probe(LIVE_PATH),
                securityContext: { ...RESTRICTED_CONTAINER, readOnlyRootFilesystem: true },
                volumeMounts: [
                    { name: "configuration", mountPath: CONFIGURATION_FOLDER, readOnly: true },
                    { name: "temporary", mountPath: TEMPORARY_FOLDER },
                    ...(sources.length > 0
                        ? [{ name: "secrets", mountPath: SECRET_FOLDER, readOnly: true }]
                        : []),
                    ...(store ? [store.mount(true), { name: STORE_COPY, mountPath: STORE_COPY_FOLDER }] : []),
                ],
            },
        ],
        securityContext: { ...RESTRICTED_POD, runAsUser: ANY_USER, runAsGroup: ANY_USER, fsGroup: ANY_USER },
        automountServiceAccountToken: false,
        imagePullSecrets: pullSecret && [{ name: pullSecret.metadata.name }],
        topologySpreadConstraints: spread(selector),
        terminationGracePeriodSeconds: behaviour.apply(terminationGraceSeconds),
        volumes: [
            { name: "configuration", configMap: { name: configuration.metadata.name } },
            // Bodies that are being collected. On disk: they are larger than the memory of the pod.
            { name: "temporary", emptyDir: {} },
            ...(sources.length > 0 ? [{ name: "secrets", projected: { defaultMode: 0o440, sources } }] : []),
            ...(store ? [store.volume(true), { name: STORE_COPY, emptyDir: { medium: "Memory" } }] : []),
        ],
    };
}
