import { readFileSync } from "node:fs";
import { eventually } from "../processes/wait";
import type { SandboxInstance } from "../instance";
import { applyObject, type ClusterObject } from "./api-server";
import type { ClusterCredentials } from "./credentials";
import {
    AZURE_FILE_CLASSES,
    AZURE_FILE_DRIVER,
    DNS_SERVICE_ADDRESS,
    NODE_ADDRESS,
    NODE_PORTS,
} from "./settings";
import { sandboxAuthority } from "./trust";

const NAMESPACE = "kube-system";

/** Timeout for a new API server to accept the objects, in milliseconds. */
const APPLY_TIMEOUT_MS = 20_000;

/** Applies the cluster objects for DNS, metrics, workload identity and Azure Files (server-side apply, so repeatable). */
export async function applyClusterObjects(
    instance: SandboxInstance,
    credentials: ClusterCredentials,
): Promise<void> {
    const authority = readFileSync(credentials.authority.certificate).toString("base64");
    const { files } = await sandboxAuthority(instance);
    const azureAuthority = readFileSync(files.certificate).toString("base64");
    const objects = [
        ...addonRoles(),
        ...dnsService(),
        ...metricsService(authority),
        workloadIdentityWebhook(azureAuthority),
        ...AZURE_FILE_CLASSES.map(storageClass),
    ];
    let lastError: unknown;
    // For a moment, a new API server is ready but has neither the namespace kube-system nor addresses for Services.
    const applied = await eventually(async () => {
        try {
            await Promise.all(objects.map(object => applyObject(instance, object)));
            return true;
        } catch (error) {
            lastError = error;
            return false;
        }
    }, APPLY_TIMEOUT_MS);
    if (!applied) throw lastError;
}

/** Roles of CoreDNS and metrics-server. Kubernetes itself contains the role of kube-proxy. */
function addonRoles(): ClusterObject[] {
    return [
        role("system:coredns", [
            { apiGroups: [""], resources: ["namespaces", "pods", "services"], verbs: ["list", "watch"] },
            { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        ]),
        binding("system:coredns", "system:coredns", "system:coredns"),
        role("system:metrics-server", [
            { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
            { apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get", "list", "watch"] },
        ]),
        binding("system:metrics-server", "system:metrics-server", "system:metrics-server"),
        // metrics-server delegates authentication and authorization of its clients to the API server.
        binding("system:metrics-server:auth-delegator", "system:auth-delegator", "system:metrics-server"),
    ];
}

/** `kube-dns`, for programs that expect the DNS server at the usual Service. */
function dnsService(): ClusterObject[] {
    const dns = (protocol: "UDP" | "TCP") => ({
        name: protocol === "UDP" ? "dns" : "dns-tcp",
        protocol,
        port: NODE_PORTS.dns,
    });
    const ports = [dns("UDP"), dns("TCP")];
    return nodeService("kube-dns", { clusterIP: DNS_SERVICE_ADDRESS, ports }, ports);
}

/** The aggregated API `metrics.k8s.io`: the API server forwards its requests to metrics-server. */
function metricsService(authority: string): ClusterObject[] {
    const name = "https";
    return [
        ...nodeService("metrics-server", { ports: [{ name, port: 443, targetPort: NODE_PORTS.metrics }] }, [
            { name, protocol: "TCP", port: NODE_PORTS.metrics },
        ]),
        {
            collection: "/apis/apiregistration.k8s.io/v1/apiservices",
            apiVersion: "apiregistration.k8s.io/v1",
            kind: "APIService",
            metadata: { name: "v1beta1.metrics.k8s.io" },
            spec: {
                group: "metrics.k8s.io",
                version: "v1beta1",
                service: { namespace: NAMESPACE, name: "metrics-server", port: 443 },
                caBundle: authority,
                groupPriorityMinimum: 100,
                versionPriority: 100,
            },
        },
    ];
}

/** A storage class of Azure Files. The control process provisions its volumes instead of the CSI driver (control/azure-files). */
function storageClass(name: string): ClusterObject {
    return {
        collection: "/apis/storage.k8s.io/v1/storageclasses",
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name },
        provisioner: AZURE_FILE_DRIVER,
        reclaimPolicy: "Delete",
        volumeBindingMode: "Immediate",
        allowVolumeExpansion: true,
        mountOptions: ["mfsymlinks", "actimeo=30", "nosharesock"],
    };
}

/** The webhook of AKS that injects workload identity settings into pods. The control process serves it. */
function workloadIdentityWebhook(authority: string): ClusterObject {
    const name = "azure-wi-webhook-mutating-webhook-configuration";
    return {
        collection: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingWebhookConfiguration",
        metadata: { name },
        webhooks: [
            {
                name: "mutation.azure-workload-identity.io",
                admissionReviewVersions: ["v1"],
                clientConfig: {
                    url: `https://${NODE_ADDRESS}:${NODE_PORTS.admission}/mutate`,
                    caBundle: authority,
                },
                failurePolicy: "Fail",
                matchPolicy: "Equivalent",
                reinvocationPolicy: "Never",
                sideEffects: "None",
                objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
                rules: [
                    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
                ],
            },
        ],
    };
}

function role(name: string, rules: object[]): ClusterObject {
    return {
        collection: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name },
        rules,
    };
}

function binding(name: string, role: string, user: string): ClusterObject {
    const apiGroup = "rbac.authorization.k8s.io";
    return {
        collection: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup, kind: "ClusterRole", name: role },
        subjects: [{ apiGroup, kind: "User", name: user }],
    };
}

/** A Service for a program that runs on the node outside of pods, with an EndpointSlice instead of a selector. */
function nodeService(name: string, spec: object, ports: object[]): ClusterObject[] {
    return [
        {
            collection: `/api/v1/namespaces/${NAMESPACE}/services`,
            apiVersion: "v1",
            kind: "Service",
            metadata: { name, namespace: NAMESPACE, labels: { "k8s-app": name } },
            spec,
        },
        {
            collection: `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`,
            apiVersion: "discovery.k8s.io/v1",
            kind: "EndpointSlice",
            metadata: {
                name: `${name}-node`,
                namespace: NAMESPACE,
                labels: {
                    "kubernetes.io/service-name": name,
                    "endpointslice.kubernetes.io/managed-by": "sandbox",
                },
            },
            addressType: "IPv4",
            endpoints: [{ addresses: [NODE_ADDRESS], conditions: { ready: true } }],
            ports,
        },
    ];
}
