import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import { NODE_NAME, NODE_PORTS } from "./settings";

/** Timeout of one request to the API server, in milliseconds. */
const REQUEST_TIMEOUT_MS = 3_000;

/** Whether the API server is ready. The request uses the gateway on the host, so the gateway is tested as well. */
export async function apiServerIsReady(instance: SandboxInstance): Promise<boolean> {
    return (await get(instance, "/readyz")) === "ok";
}

/**
 * Whether the kubelet reports the node as ready.
 * @param since ignores older reports, which may be from a kubelet that has ended
 */
export async function nodeIsReady(instance: SandboxInstance, since = new Date(0)): Promise<boolean> {
    const [node, lease] = await Promise.all([
        get(instance, `/api/v1/nodes/${NODE_NAME}`),
        get(instance, `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${NODE_NAME}`),
    ]);
    if (node === undefined || lease === undefined) return false;
    const { status } = JSON.parse(node) as { status: { conditions?: { type: string; status: string }[] } };
    const { spec } = JSON.parse(lease) as { spec: { renewTime: string } };
    const ready = status.conditions?.some(
        condition => condition.type === "Ready" && condition.status === "True",
    );
    return ready === true && new Date(spec.renewTime) >= since;
}

/** Whether the node exists in the API server, ready or not. */
export async function nodeIsRegistered(instance: SandboxInstance): Promise<boolean> {
    return (await get(instance, `/api/v1/nodes/${NODE_NAME}`)) !== undefined;
}

/** Readiness path of each addon, proxied by the API server because the host can reach nothing else in the node's network. */
const READINESS = {
    "kube-proxy": `/api/v1/nodes/${NODE_NAME}:${NODE_PORTS.proxyHealth}/proxy/healthz`,
    coredns: `/api/v1/nodes/${NODE_NAME}:${NODE_PORTS.dnsReady}/proxy/ready`,
    "metrics-server": "/apis/metrics.k8s.io/v1beta1",
};

/** Daemons for Services, DNS and metrics. */
export const ADDONS = Object.keys(READINESS) as (keyof typeof READINESS)[];

/** Whether an addon is ready. */
export async function addonIsReady(
    instance: SandboxInstance,
    name: keyof typeof READINESS,
): Promise<boolean> {
    return (await get(instance, READINESS[name])) !== undefined;
}

/** A Kubernetes object and the API path of its collection. */
export interface ClusterObject {
    /** API path of the collection, e.g. `/api/v1/namespaces/kube-system/services`. */
    collection: string;
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> };
    [field: string]: unknown;
}

/** Creates an object, or updates the given fields of an existing one (server-side apply). */
export async function applyObject(instance: SandboxInstance, object: ClusterObject): Promise<void> {
    const { collection, ...body } = object;
    const path = `${collection}/${body.metadata.name}?fieldManager=sandbox&force=true`;
    const response = await request(instance, "PATCH", path, JSON.stringify(body));
    if (response !== undefined && response.status < 300) return;
    const reason = response ? `${response.status} ${response.body}` : "no response";
    throw new Error(`${body.kind} ${body.metadata.name} could not be applied: ${reason}`);
}

/** The body of a response with status 200, else `undefined`. */
async function get(instance: SandboxInstance, path: string): Promise<string | undefined> {
    const response = await request(instance, "GET", path);
    return response?.status === 200 ? response.body : undefined;
}

/** Status and body of a response, or `undefined` if the API server does not respond. */
function request(
    instance: SandboxInstance,
    method: "GET" | "PATCH",
    path: string,
    body?: string,
): Promise<{ status: number; body: string } | undefined> {
    const file = (name: string) => readFileSync(nodeFolder(instance, "pki", name));
    if (!existsSync(nodeFolder(instance, "pki", "administrator.pem"))) return Promise.resolve(undefined);
    const { address: host, port } = instance.kubernetes;
    const credentials = {
        ca: file("ca.pem"),
        cert: file("administrator.pem"),
        key: file("administrator-key.pem"),
    };
    return new Promise(resolve => {
        const headers = body === undefined ? {} : { "content-type": "application/apply-patch+yaml" };
        const call = https.request(
            { host, port, method, path, headers, ...credentials, agent: false, timeout: REQUEST_TIMEOUT_MS },
            response => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (text += chunk));
                response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
                response.on("error", () => resolve(undefined));
            },
        );
        call.on("timeout", () => call.destroy());
        call.on("error", () => resolve(undefined));
        call.end(body);
    });
}
