import { readFileSync } from "node:fs";
import type { CoreV1Api } from "@kubernetes/client-node";
import { admissionSocket, metadataSocket } from "../../node/gateway";
import type { SandboxInstance } from "../../instance";
import { NODE_ADDRESS } from "../../node/settings";
import { sandboxAuthority } from "../../node/trust";
import { CONTAINER_GROUPS } from "../arm/resource-types/container-groups";
import { hasWorkloadIdentity, MANAGED_CLUSTERS } from "../arm/resource-types/managed-clusters";
import type { KubernetesRunner } from "../container-groups/kubernetes-runner";
import { TENANT } from "../../subscriptions";
import type { Store } from "../state/store";
import { listenOnSocket, metadataServer } from "./metadata";
import type { TokenIssuer } from "../arm/tokens";
import { admissionServer } from "./workload-identity";

export interface PodIdentitySettings {
    store: Store;
    tokens: TokenIssuer;
    runner: KubernetesRunner;
    api: CoreV1Api;
    clock: () => Date;
}

/**
 * Managed identities for pods on the sandbox's node: the instance metadata service for container groups, and the
 * admission webhook of AKS's workload identity.
 */
export async function servePodIdentity(
    instance: SandboxInstance,
    { store, tokens, runner, api, clock }: PodIdentitySettings,
): Promise<{ close(): Promise<void> }> {
    const metadata = metadataServer({
        tokens,
        clock,
        groupAt: address => runner.groupAt(address, () => store.ofType(CONTAINER_GROUPS)),
    });
    const admission = admissionServer({
        certificate: await admissionCertificate(instance),
        enabled: () => store.ofType(MANAGED_CLUSTERS).some(hasWorkloadIdentity),
        annotations: async (namespace, name) => {
            const account = await api.readNamespacedServiceAccount({ namespace, name });
            return account.metadata?.annotations ?? {};
        },
        tenant: TENANT,
    });
    await listenOnSocket(metadata, metadataSocket(instance));
    await listenOnSocket(admission, admissionSocket(instance));
    return {
        async close() {
            await Promise.all([metadata.close(), admission.close()]);
        },
    };
}

/** The webhook's server certificate. Its registration (node/cluster-objects.ts) has the sandbox's authority as `caBundle`. */
async function admissionCertificate(instance: SandboxInstance) {
    const authority = await sandboxAuthority(instance);
    const { certificate, key } = await authority.issue({
        file: "admission-server",
        commonName: "Admission of the sandbox",
        use: "server",
        addresses: [NODE_ADDRESS],
    });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
