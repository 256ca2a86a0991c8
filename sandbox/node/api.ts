import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import { NODE_NAME } from "./settings";

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

/** The answer of the API server, or nothing unless it is a success. */
function get(instance: SandboxInstance, path: string): Promise<string | undefined> {
    const file = (name: string) => readFileSync(nodeFolder(instance, "pki", name));
    if (!existsSync(nodeFolder(instance, "pki", "administrator.pem"))) return Promise.resolve(undefined);
    const { address: host, port } = instance.kubernetes;
    const credentials = {
        ca: file("ca.pem"),
        cert: file("administrator.pem"),
        key: file("administrator-key.pem"),
    };
    return new Promise(resolve => {
        const request = https.get(
            { host, port, path, ...credentials, agent: false, timeout: ANSWER_MS },
            response => {
                let body = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (body += chunk));
                response.on("end", () => resolve(response.statusCode === 200 ? body : undefined));
                response.on("error", () => resolve(undefined));
            },
        );
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(undefined));
    });
}
