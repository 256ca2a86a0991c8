import { readFileSync } from "node:fs";
import type { CoreV1Api } from "@kubernetes/client-node";
import { admissionSocket, metadataSocket } from "../../node/doors";
import type { SandboxInstance } from "../../instance";
import { NODE_ADDRESS } from "../../node/settings";
import { sandboxAuthority } from "../../node/trust";
import { CONTAINER_GROUPS } from "../arm/resource-types/container-groups";
import { hasWorkloadIdentity, MANAGED_CLUSTERS } from "../arm/resource-types/managed-clusters";
import type { KubernetesRunner } from "../container-groups/kubernetes-runner";
import { TENANT } from "../../subscriptions";
import type { Store } from "../state/store";
import { listenPrivately, metadataServer } from "./metadata";
import type { TokenIssuer } from "./tokens";
import { admissionServer } from "./workload-identity";

export interface OwnPods {
    store: Store;
    tokens: TokenIssuer;
    runner: KubernetesRunner;
    api: CoreV1Api;
    clock: () => Date;
}

/** What pods on the sandbox's own node have of Azure's identities: the metadata service, and AKS's webhook. */
export async function serveOwnPods(
    instance: SandboxInstance,
    { store, tokens, runner, api, clock }: OwnPods,
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
    await listenPrivately(metadata, metadataSocket(instance));
    await listenPrivately(admission, admissionSocket(instance));
    return {
        async close() {
            await Promise.all([metadata.close(), admission.close()]);
        },
    };
}

/** For the API server, which is told to trust the sandbox's authority where the webhook is named (cluster-objects.ts). */
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
