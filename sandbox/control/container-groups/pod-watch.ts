import type { CoreV1Api, KubeConfig, V1Pod } from "@kubernetes/client-node";
import { ObjectWatch } from "../kubernetes/object-watch";
import { GENERATION_LABEL, GROUP_LABEL } from "./pod";

/** The current pods of container groups. */
export class PodWatch extends ObjectWatch<V1Pod> {
    constructor(config: KubeConfig, api: CoreV1Api, namespace: string) {
        const list = () => api.listNamespacedPod({ namespace, labelSelector: GROUP_LABEL });
        super(config, `/api/v1/namespaces/${namespace}/pods`, list, GROUP_LABEL);
    }

    /** @param key as `groupKey` returns it */
    ofGroup(key: string): V1Pod[] {
        return this.all().filter(pod => pod.metadata?.labels?.[GROUP_LABEL] === key);
    }

    ofGeneration(key: string, generation: number): V1Pod | undefined {
        const label = String(generation);
        return this.ofGroup(key).find(pod => pod.metadata?.labels?.[GENERATION_LABEL] === label);
    }

    /** Calls `find` after every change until it returns a value. @throws after `timeoutMs` */
    until<Found>(find: () => Found | undefined, timeoutMs: number): Promise<Found> {
        return new Promise((resolve, reject) => {
            const check = () => {
                const found = find();
                if (found === undefined) return;
                stop();
                resolve(found);
            };
            const unsubscribe = this.onChange(check);
            const timer = setTimeout(() => {
                stop();
                reject(
                    new Error(`Kubernetes did not reach the expected state in ${timeoutMs / 1000} seconds.`),
                );
            }, timeoutMs);
            const stop = () => {
                unsubscribe();
                clearTimeout(timer);
            };
            check();
        });
    }
}
