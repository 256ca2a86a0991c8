import { readFileSync } from "node:fs";
import { eventually } from "../processes/wait";
import type { SandboxInstance } from "../instance";
import { applyObject, type ClusterObject } from "./api";
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

/** How long the API server may refuse the objects. */
const PATIENCE_MS = 20_000;

/** Makes the objects that names and metrics need what they should be. Nothing changes when they are that already. */
export async function applyClusterObjects(
    instance: SandboxInstance,
    credentials: ClusterCredentials,
): Promise<void> {
    const authority = readFileSync(credentials.authority.certificate).toString("base64");
    const { files } = await sandboxAuthority(instance);
    const azure = readFileSync(files.certificate).toString("base64");
    const objects = [
        ...rights(),
        ...names(),
        ...metrics(authority),
        workloadIdentity(azure),
        ...AZURE_FILE_CLASSES.map(storageClass),
    ];
    let failure: unknown;
    // For a moment a new API server says that it is ready but has neither the namespace nor addresses for Services.
    const applied = await eventually(async () => {
        try {
            await Promise.all(objects.map(object => applyObject(instance, object)));
            return true;
        } catch (error) {
            failure = error;
            return false;
        }
    }, PATIENCE_MS);
    if (!applied) throw failure;
}

/** What CoreDNS and metrics-server may do. kube-proxy's rights come with Kubernetes. */
function rights(): ClusterObject[] {
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
        // It asks the API server who its callers are and what they may do.
        binding("system:metrics-server:auth-delegator", "system:auth-delegator", "system:metrics-server"),
    ];
}

/** For programs that look for the DNS server where clusters usually have it. */
function names(): ClusterObject[] {
    const dns = (protocol: "UDP" | "TCP") => ({
        name: protocol === "UDP" ? "dns" : "dns-tcp",
        protocol,
        port: NODE_PORTS.dns,
    });
    const ports = [dns("UDP"), dns("TCP")];
    return onNode("kube-dns", { clusterIP: DNS_SERVICE_ADDRESS, ports }, ports);
}

/** `metrics.k8s.io`, which the API server passes on. */
function metrics(authority: string): ClusterObject[] {
    const name = "https";
    return [
        ...onNode("metrics-server", { ports: [{ name, port: 443, targetPort: NODE_PORTS.metrics }] }, [
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

/** A class whose claims the control process serves, in place of the driver (control/azure-files). */
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

/** AKS's webhook for pods that want to be an identity of Azure's. It answers from the control process. */
function workloadIdentity(authority: string): ClusterObject {
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

/** A Service for a program that runs on the node itself, in no pod that a selector could find. */
function onNode(name: string, spec: object, ports: object[]): ClusterObject[] {
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
