import { type CoreV1Api, type KubeConfig, makeInformer, type V1Pod } from "@kubernetes/client-node";
import { GENERATION_LABEL, GROUP_LABEL } from "./pod";

/** After an error the watch is taken up again this much later. */
const RETRY_MS = 500;

/** The pods of container groups as Kubernetes has them now. Lives through restarts of the API server. */
export class PodWatch {
    private readonly informer;
    private readonly listeners = new Set<() => void>();
    private closed = false;

    constructor(config: KubeConfig, api: CoreV1Api, namespace: string) {
        const list = () => api.listNamespacedPod({ namespace, labelSelector: GROUP_LABEL });
        this.informer = makeInformer<V1Pod>(
            config,
            `/api/v1/namespaces/${namespace}/pods`,
            list,
            GROUP_LABEL,
        );
        const changed = () => this.listeners.forEach(listener => listener());
        for (const verb of ["add", "update", "delete"] as const) this.informer.on(verb, changed);
        this.informer.on("connect", changed);
        this.informer.on("error", () => this.retry());
    }

    /** Ends when the pods are known. */
    async start(): Promise<void> {
        while (!this.closed) {
            try {
                return await this.informer.start();
            } catch {
                await new Promise(resolve => setTimeout(resolve, RETRY_MS));
            }
        }
    }

    async close(): Promise<void> {
        this.closed = true;
        await this.informer.stop();
    }

    /** @returns how to end it */
    onChange(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    all(): readonly V1Pod[] {
        return this.informer.list();
    }

    /** @param key digest of the group's id */
    ofGroup(key: string): V1Pod[] {
        return this.all().filter(pod => pod.metadata?.labels?.[GROUP_LABEL] === key);
    }

    ofGeneration(key: string, generation: number): V1Pod | undefined {
        const label = String(generation);
        return this.ofGroup(key).find(pod => pod.metadata?.labels?.[GENERATION_LABEL] === label);
    }

    /** Waits for the first value that `look` finds. @throws when there is none after `timeoutMs` */
    until<Found>(look: () => Found | undefined, timeoutMs: number): Promise<Found> {
        return new Promise((resolve, reject) => {
            const check = () => {
                const found = look();
                if (found === undefined) return;
                end();
                resolve(found);
            };
            const stop = this.onChange(check);
            const timer = setTimeout(() => {
                end();
                reject(new Error(`Kubernetes did not get there in ${timeoutMs / 1000} seconds.`));
            }, timeoutMs);
            const end = () => {
                stop();
                clearTimeout(timer);
            };
            check();
        });
    }

    private retry(): void {
        if (this.closed) return;
        setTimeout(() => void this.start(), RETRY_MS).unref();
    }
}
