/** The front: a minimal configuration, its secrets, its pods and its Services. */
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Model } from "./model";
import { labels, NAMESPACE, objectMeta, spread } from "./names";

const PORTS = [
    { name: "https", port: 443, targetPort: 8443 },
    { name: "http", port: 80, targetPort: 8080 },
];
const SELECTOR = labels("front", "front");
const METADATA = objectMeta("front", SELECTOR);
/** Pulumi adds a suffix to these names, so that a change creates a new object and starts a rolling update. */
const AUTO_NAMED = { namespace: NAMESPACE, labels: SELECTOR };

export function front(
    models: readonly Model[],
    certificate: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): apps.Deployment {
    const files = frontFiles(models, certificate, opts);
    const fronts = objectMeta("fronts", SELECTOR);
    new core.Service(
        fronts.name,
        {
            metadata: fronts,
            spec: {
                clusterIP: "None",
                selector: SELECTOR,
                ports: [{ name: "queue", port: 8081 }],
                publishNotReadyAddresses: true,
            },
        },
        opts,
    );
    new networking.NetworkPolicy(
        METADATA.name,
        {
            metadata: METADATA,
            spec: {
                podSelector: { matchLabels: SELECTOR },
                policyTypes: ["Ingress"],
                ingress: [{ ports: [8443, 8080, 8404].map(port => ({ port, protocol: "TCP" })) }],
            },
        },
        opts,
    );
    new policy.PodDisruptionBudget(
        METADATA.name,
        { metadata: METADATA, spec: { maxUnavailable: 1, selector: { matchLabels: SELECTOR } } },
        opts,
    );
    return new apps.Deployment(
        METADATA.name,
        {
            metadata: METADATA,
            spec: {
                replicas: 2,
                selector: { matchLabels: SELECTOR },
                strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
                template: { metadata: { labels: SELECTOR }, spec: podSpec(files) },
            },
        },
        { ...opts, dependsOn: models.map(({ deployment }) => deployment) },
    );
}

interface FrontFiles {
    configuration: core.ConfigMap;
    secrets: core.Secret;
}

/** The configuration, and the certificate with the keys of the models. */
function frontFiles(
    models: readonly Model[],
    certificate: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): FrontFiles {
    const configuration = new core.ConfigMap(
        METADATA.name,
        { metadata: AUTO_NAMED, data: { "haproxy.cfg": haproxy(models.map(({ name }) => name)) } },
        opts,
    );
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const keys = models.map(
        one => [`${one.name}.keys`, pulumi.secret(one.keys.apply(both => base64(both.join("\n"))))] as const,
    );
    const secrets = new core.Secret(
        METADATA.name,
        {
            metadata: AUTO_NAMED,
            data: {
                "certificate.pem": pulumi.secret(certificate.apply(base64)),
                ...Object.fromEntries(keys),
            },
        },
        opts,
    );
    return { configuration, secrets };
}

export function loadBalancer(
    annotations: Record<string, pulumi.Input<string>>,
    dependsOn: pulumi.Resource[],
    opts: pulumi.CustomResourceOptions,
): void {
    new core.Service(
        METADATA.name,
        {
            metadata: { ...METADATA, annotations },
            spec: { type: "LoadBalancer", selector: SELECTOR, ports: PORTS },
        },
        { ...opts, dependsOn },
    );
}

function podSpec({ configuration, secrets }: FrontFiles) {
    const probe = (path: string) => ({ httpGet: { path, port: 8404 }, periodSeconds: 5, timeoutSeconds: 2 });
    return {
        containers: [
            {
                name: "front",
                image: "docker.io/haproxytech/haproxy-debian:3.0",
                command: ["haproxy", "-f", "/etc/front/haproxy.cfg"],
                ports: [
                    ...PORTS.map(({ name, targetPort }) => ({ name, containerPort: targetPort })),
                    { name: "queue", containerPort: 8081 },
                    { name: "health", containerPort: 8404 },
                ],
                resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "512Mi" } },
                readinessProbe: probe("/ready"),
                livenessProbe: probe("/live"),
                securityContext: {
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ["ALL"] },
                    readOnlyRootFilesystem: true,
                },
                volumeMounts: [
                    { name: "configuration", mountPath: "/etc/front", readOnly: true },
                    { name: "secrets", mountPath: "/run/front", readOnly: true },
                ],
            },
        ],
        securityContext: {
            runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
            ...{ runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 },
        },
        automountServiceAccountToken: false,
        topologySpreadConstraints: spread(SELECTOR),
        terminationGracePeriodSeconds: 90,
        volumes: [
            { name: "configuration", configMap: { name: configuration.metadata.name } },
            {
                name: "secrets",
                projected: { defaultMode: 0o440, sources: [{ secret: { name: secrets.metadata.name } }] },
            },
        ],
    };
}

function haproxy(models: readonly string[]): string {
    return `
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
resolvers cluster
    parse-resolv-conf
frontend https
    bind *:8443 ssl crt /run/front/certificate.pem alpn h2,http/1.1
${models.map(name => `    use_backend ${name} if { path /api/v1/service/${name}/score }\n`).join("")}
${models.map(backend).join("")}`;
}

function backend(name: string): string {
    return `
backend ${name}
    acl known req.hdr(authorization),word(2,' ') -m str -f /run/front/${name}.keys
    http-request deny deny_status 401 unless known
    http-request replace-path .* /score
    option httpchk GET /
    default-server check maxconn 1 resolvers cluster init-addr none
    server-template replica 1-13 inference-${name}.${NAMESPACE}.svc.cluster.local:5001
`;
}
