import { readFileSync } from "node:fs";
import { CoreV1Api, KubeConfig, makeInformer, type V1Namespace } from "@kubernetes/client-node";
import { NAMESPACE as CONTAINER_GROUPS_NAMESPACE } from "../container-groups/kubernetes-runner";
import { ignoringStatus } from "../kubernetes/api-errors";

/** The operations of managed clusters on the Kubernetes of the sandbox. */
export interface ClusterKubernetes {
    /** The administrator's kubeconfig. */
    kubeconfig(): string;
    /**
     * Deletes the namespaces of users and waits for it.
     * @param since older namespaces are kept, because the Kubernetes may be one that the sandbox did not create
     */
    clear(since: Date): Promise<void>;
}

const CLEAR_TIMEOUT_MS = 300_000;

export class SandboxKubernetes implements ClusterKubernetes {
    constructor(private readonly file: string) {}

    kubeconfig(): string {
        return readFileSync(this.file, "utf8");
    }

    /** Deletes the namespaces of users, but not those of Kubernetes and of the container groups. */
    async clear(since: Date): Promise<void> {
        // Kubernetes reports times in whole seconds.
        const earliest = Math.floor(since.getTime() / 1000) * 1000;
        const config = new KubeConfig();
        config.loadFromFile(this.file);
        const api = config.makeApiClient(CoreV1Api);
        const namespaces = makeInformer<V1Namespace>(config, "/api/v1/namespaces", () => api.listNamespace());
        const remaining = () =>
            namespaces
                .list()
                // Objects from a watch have their times as strings.
                .filter(({ metadata }) => new Date(metadata?.creationTimestamp ?? 0).getTime() >= earliest)
                .map(({ metadata }) => metadata?.name ?? "")
                .filter(isOfUsers);
        const failed = new Promise<never>((_, reject) => namespaces.on("error", reject));
        let timer: NodeJS.Timeout | undefined;
        const timedOut = new Promise<never>((_, reject) => {
            timer = setTimeout(() => {
                reject(
                    new Error(
                        `The namespaces ${remaining().join(", ")} were not deleted in ${CLEAR_TIMEOUT_MS / 1000} seconds.`,
                    ),
                );
            }, CLEAR_TIMEOUT_MS);
        });
        const clearing = async () => {
            await namespaces.start();
            const deleted = new Promise<void>(resolve => {
                const check = () => remaining().length === 0 && resolve();
                namespaces.on("delete", check);
                check();
            });
            // 404: deleted. 409: being deleted.
            await Promise.all(
                remaining().map(name => ignoringStatus([404, 409], api.deleteNamespace({ name }))),
            );
            await deleted;
        };
        try {
            await Promise.race([clearing(), failed, timedOut]);
        } finally {
            clearTimeout(timer);
            await namespaces.stop();
        }
    }
}

function isOfUsers(namespace: string): boolean {
    return (
        !namespace.startsWith("kube-") && namespace !== "default" && namespace !== CONTAINER_GROUPS_NAMESPACE
    );
}
