import * as path from "node:path";
import { BatchV1Api, CoreV1Api, type KubeConfig, type V1PodSpec } from "@kubernetes/client-node";
import { eventually } from "../../processes/wait";
import { sharesFolder } from "../../node/azure-files";
import { LEGO_IMAGE } from "../../images/lego";
import { LOCATION } from "../../testing/azure-clients";
import { GROUP, type Identity, type LegoStage } from "./lego-stage";

const NAMESPACE = "lego";
const ACCOUNT = "issuer";
const CLAIM = "store";

/** A user id that is in no image. */
export const USER = 12_345;

/** A managed cluster with workload identity, and a namespace with a persistent volume claim of Azure Files. */
export class LegoCluster {
    private constructor(
        private readonly stage: LegoStage,
        private readonly config: KubeConfig,
    ) {}

    /** @param identity trusts the service account `issuer` */
    static async create(stage: LegoStage, identity: Identity): Promise<LegoCluster> {
        const { managedClusters } = stage.azure.clusters;
        const created = await managedClusters.createOrUpdate(GROUP, "aks", {
            location: LOCATION,
            identity: { type: "SystemAssigned" },
            dnsPrefix: "lego",
            agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 1 }],
            oidcIssuerProfile: { enabled: true },
            securityProfile: { workloadIdentity: { enabled: true } },
        });
        await stage.azure.identities.federatedIdentityCredentials.createOrUpdate(GROUP, "workload", "aks", {
            issuer: created.oidcIssuerProfile?.issuerURL ?? "",
            subject: `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`,
            audiences: ["api://AzureADTokenExchange"],
        });
        const cluster = new LegoCluster(stage, stage.kubernetes);
        const { core } = cluster;
        // The API server refuses pods that do not meet the level `restricted`.
        const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
        await core.createNamespace({ body: { metadata: { name: NAMESPACE, labels } } });
        const annotations = { "azure.workload.identity/client-id": identity.clientId };
        for (const name of [ACCOUNT, "other"]) {
            await core.createNamespacedServiceAccount({
                namespace: NAMESPACE,
                body: { metadata: { name, annotations } },
            });
        }
        const authority = { "ca.pem": stage.server.pebble.authority };
        await core.createNamespacedConfigMap({
            namespace: NAMESPACE,
            body: { metadata: { name: "authority" }, data: authority },
        });
        await core.createNamespacedPersistentVolumeClaim({
            namespace: NAMESPACE,
            body: {
                metadata: { name: CLAIM },
                spec: {
                    accessModes: ["ReadWriteMany"],
                    storageClassName: "azurefile-csi",
                    resources: { requests: { storage: "1Gi" } },
                },
            },
        });
        return cluster;
    }

    get core(): CoreV1Api {
        return this.config.makeApiClient(CoreV1Api);
    }

    /** Runs a command in a job and waits for its end. @returns its log */
    async run(
        name: string,
        command: string,
        { account = ACCOUNT, user = USER, readOnly = false } = {},
    ): Promise<string> {
        const namespace = NAMESPACE;
        const labels = { "azure.workload.identity/use": "true" };
        const spec = this.podSpec(command, account, user, readOnly);
        await this.config.makeApiClient(BatchV1Api).createNamespacedJob({
            namespace,
            body: { metadata: { name }, spec: { backoffLimit: 0, template: { metadata: { labels }, spec } } },
        });
        const pod = async () => {
            const labelSelector = `job-name=${name}`;
            return (await this.core.listNamespacedPod({ namespace, labelSelector })).items[0];
        };
        const ended = await eventually(
            async () => ["Succeeded", "Failed"].includes((await pod())?.status?.phase ?? ""),
            120_000,
        );
        const podName = (await pod())?.metadata?.name;
        if (!ended || podName === undefined) throw new Error(`The job ${name} did not end in time.`);
        return this.core.readNamespacedPodLog({ namespace, name: podName });
    }

    /** Folders of the cluster's persistent volumes. */
    async volumes(): Promise<string[]> {
        const { items } = await this.core.listPersistentVolume();
        const folder = sharesFolder(this.stage.instance);
        return items.map(({ metadata }) => path.join(folder, metadata?.name ?? ""));
    }

    private podSpec(command: string, account: string, user: number, readOnly: boolean): V1PodSpec {
        return {
            restartPolicy: "Never",
            serviceAccountName: account,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: user,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name: "lego",
                    image: LEGO_IMAGE,
                    command: ["/bin/sh", "-c", command],
                    env: Object.entries({ ...this.stage.environment(), AZURE_AUTH_METHOD: "wli" }).map(
                        ([key, value]) => ({ name: key, value }),
                    ),
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    volumeMounts: [
                        { name: "store", mountPath: "/store", readOnly },
                        { name: "authority", mountPath: "/authority", readOnly: true },
                    ],
                },
            ],
            volumes: [
                { name: "store", persistentVolumeClaim: { claimName: CLAIM } },
                { name: "authority", configMap: { name: "authority" } },
            ],
        };
    }
}
