import { readFileSync } from "node:fs";
import { ApiException, CoreV1Api, KubeConfig, makeInformer, type V1Namespace } from "@kubernetes/client-node";
import { NAMESPACE as CONTAINER_GROUPS_NAMESPACE } from "../container-groups/kubernetes-runner";

/** The one Kubernetes of a sandbox, as far as managed clusters need it. */
export interface ClusterKubernetes {
    /** The administrator's. */
    kubeconfig(): string;
    /**
     * Removes what users put into it. Ends when that is gone.
     * @param since what was there before stays: the Kubernetes may be somebody's own, with more in it
     */
    clear(since: Date): Promise<void>;
}

const CLEAR_TIMEOUT_MS = 300_000;

export class SandboxKubernetes implements ClusterKubernetes {
    constructor(private readonly file: string) {}

    kubeconfig(): string {
        return readFileSync(this.file, "utf8");
    }

    /** Namespaces with all that is in them; those of Kubernetes itself and of the container groups stay. */
    async clear(since: Date): Promise<void> {
        // Kubernetes tells whole seconds.
        const first = Math.floor(since.getTime() / 1000) * 1000;
        const config = new KubeConfig();
        config.loadFromFile(this.file);
        const api = config.makeApiClient(CoreV1Api);
        const namespaces = makeInformer<V1Namespace>(config, "/api/v1/namespaces", () => api.listNamespace());
        const left = () =>
            namespaces
                .list()
                // A watch passes times on as they came, as text.
                .filter(({ metadata }) => new Date(metadata?.creationTimestamp ?? 0).getTime() >= first)
                .map(({ metadata }) => metadata?.name ?? "")
                .filter(isOfUsers);
        const failed = new Promise<never>((_, reject) => namespaces.on("error", reject));
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => {
                reject(new Error(`The namespaces ${left().join(", ")} did not end in time.`));
            }, CLEAR_TIMEOUT_MS);
        });
        const cleared = async () => {
            await namespaces.start();
            const gone = new Promise<void>(resolve => {
                const check = () => left().length === 0 && resolve();
                namespaces.on("delete", check);
                check();
            });
            await Promise.all(left().map(name => deleted(api, name)));
            await gone;
        };
        try {
            await Promise.race([cleared(), failed, late]);
        } finally {
            clearTimeout(timer);
            await namespaces.stop();
        }
    }
}

async function deleted(api: CoreV1Api, name: string): Promise<void> {
    try {
        await api.deleteNamespace({ name });
    } catch (error) {
        // Gone, or on its way.
        if (!(error instanceof ApiException && (error.code === 404 || error.code === 409))) throw error;
    }
}

function isOfUsers(namespace: string): boolean {
    return (
        !namespace.startsWith("kube-") && namespace !== "default" && namespace !== CONTAINER_GROUPS_NAMESPACE
    );
}
