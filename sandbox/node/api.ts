import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import { NODE_NAME, NODE_PORTS } from "./settings";

/** How long one question to the API server may take. */
const ANSWER_MS = 3_000;

/** Whether the API server says through the door on the host that it is ready. */
export async function apiServerIsReady(instance: SandboxInstance): Promise<boolean> {
    return (await get(instance, "/readyz")) === "ok";
}

/**
 * Whether the kubelet has said that the node is ready.
 * @param since ignores what was said before, by a kubelet that may have died
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

/** Whether the API server knows the node, ready or not. */
export async function nodeIsRegistered(instance: SandboxInstance): Promise<boolean> {
    return (await get(instance, `/api/v1/nodes/${NODE_NAME}`)) !== undefined;
}

/** What each addon of the node answers when it is ready. The API server leads there: nothing else is open to the host. */
const READINESS = {
    "kube-proxy": `/api/v1/nodes/${NODE_NAME}:${NODE_PORTS.proxyHealth}/proxy/healthz`,
    coredns: `/api/v1/nodes/${NODE_NAME}:${NODE_PORTS.dnsReady}/proxy/ready`,
    "metrics-server": "/apis/metrics.k8s.io/v1beta1",
};

/** Daemons that a node needs beside the kubelet, for Services, names and metrics. */
export const ADDONS = Object.keys(READINESS) as (keyof typeof READINESS)[];

/** Whether an addon does its work. */
export async function addonIsReady(
    instance: SandboxInstance,
    name: keyof typeof READINESS,
): Promise<boolean> {
    return (await get(instance, READINESS[name])) !== undefined;
}

/** An object as the API server takes it, and where. */
export interface ClusterObject {
    /** Path of the objects of its kind. */
    collection: string;
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> };
    [field: string]: unknown;
}

/** Makes an object, or changes what is given of it when it is there (server-side apply). */
export async function applyObject(instance: SandboxInstance, object: ClusterObject): Promise<void> {
    const { collection, ...body } = object;
    const path = `${collection}/${body.metadata.name}?fieldManager=sandbox&force=true`;
    const answer = await ask(instance, "PATCH", path, JSON.stringify(body));
    if (answer !== undefined && answer.status < 300) return;
    const reason = answer ? `${answer.status} ${answer.body}` : "no answer";
    throw new Error(`${body.kind} ${body.metadata.name} could not be applied: ${reason}`);
}

/** The answer of the API server, or nothing unless it is a success. */
async function get(instance: SandboxInstance, path: string): Promise<string | undefined> {
    const answer = await ask(instance, "GET", path);
    return answer?.status === 200 ? answer.body : undefined;
}

/** The API server's answer, or nothing when there is none. */
function ask(
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
        const request = https.request(
            { host, port, method, path, headers, ...credentials, agent: false, timeout: ANSWER_MS },
            response => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (text += chunk));
                response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
                response.on("error", () => resolve(undefined));
            },
        );
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(undefined));
        request.end(body);
    });
}
