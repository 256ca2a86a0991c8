import type { V1Container, V1Pod } from "@kubernetes/client-node";
import Fastify, { type FastifyInstance } from "fastify";
import { LOGIN_HOST } from "./login";

/** Annotations of service accounts. Pods can have the last one too. */
const CLIENT_ANNOTATION = "azure.workload.identity/client-id";
const TENANT_ANNOTATION = "azure.workload.identity/tenant-id";
const LIFETIME_ANNOTATION = "azure.workload.identity/service-account-token-expiration";

const VOLUME = "azure-identity-token";
const FOLDER = "/var/run/secrets/azure/tokens";
const AUDIENCE = "api://AzureADTokenExchange";
const LIFETIME_S = 3_600;

export interface AdmissionSettings {
    certificate: { certificate: string; key: string };
    /** Whether workload identity is enabled in the cluster. */
    enabled: () => boolean;
    /** Reads the annotations of a service account. */
    annotations: (namespace: string, name: string) => Promise<Readonly<Record<string, string>>>;
    tenant: string;
}

interface Review {
    request: { uid: string; namespace: string; object: V1Pod };
}

/**
 * The webhook of AKS's workload identity (azure-workload-identity, "Mutating Admission Webhook"): mounts a service account
 * token for Entra ID into a pod, and sets the environment variables that Azure's libraries read.
 */
export function admissionServer(settings: AdmissionSettings): FastifyInstance {
    const { certificate, enabled, annotations, tenant } = settings;
    const server = Fastify({
        https: { cert: certificate.certificate, key: certificate.key },
        forceCloseConnections: true,
    });
    server.post<{ Body: Review }>("/mutate", async request => {
        const { uid, namespace, object: pod } = request.body.request;
        const response = { uid, allowed: true };
        if (!enabled()) return reviewed(response);
        const account = pod.spec?.serviceAccountName ?? "default";
        const ofAccount = await annotations(namespace, account);
        const patch = [{ op: "replace", path: "/spec", value: withIdentity(pod, ofAccount, tenant).spec }];
        return reviewed({
            ...response,
            patchType: "JSONPatch",
            patch: Buffer.from(JSON.stringify(patch)).toString("base64"),
        });
    });
    return server;
}

/** Adds the token and the environment variables to a pod. Variables that the pod sets itself are kept. */
export function withIdentity(
    pod: V1Pod,
    annotations: Readonly<Record<string, string>>,
    tenant: string,
): V1Pod {
    const environment = {
        AZURE_CLIENT_ID: annotations[CLIENT_ANNOTATION] ?? "",
        AZURE_TENANT_ID: annotations[TENANT_ANNOTATION] ?? tenant,
        AZURE_FEDERATED_TOKEN_FILE: `${FOLDER}/${VOLUME}`,
        AZURE_AUTHORITY_HOST: `https://${LOGIN_HOST}/`,
    };
    const extended = (container: V1Container): V1Container => {
        const { env = [], volumeMounts = [] } = container;
        const missing = Object.entries(environment).filter(([name]) => !env.some(one => one.name === name));
        return {
            ...container,
            env: [...env, ...missing.map(([name, value]) => ({ name, value }))],
            volumeMounts: [...volumeMounts, { name: VOLUME, mountPath: FOLDER, readOnly: true }],
        };
    };
    const { containers = [], initContainers, volumes = [] } = pod.spec ?? {};
    const lifetime = pod.metadata?.annotations?.[LIFETIME_ANNOTATION] ?? annotations[LIFETIME_ANNOTATION];
    const serviceAccountToken = {
        audience: AUDIENCE,
        expirationSeconds: lifetime === undefined ? LIFETIME_S : Number(lifetime),
        path: VOLUME,
    };
    return {
        ...pod,
        spec: {
            ...pod.spec,
            containers: containers.map(extended),
            ...(initContainers && { initContainers: initContainers.map(extended) }),
            volumes: [...volumes, { name: VOLUME, projected: { sources: [{ serviceAccountToken }] } }],
        },
    };
}

/** The body of an admission response. */
function reviewed(response: object) {
    return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
}
