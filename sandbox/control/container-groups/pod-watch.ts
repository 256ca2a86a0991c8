import type { CoreV1Api, KubeConfig, V1Pod } from "@kubernetes/client-node";
import { ObjectWatch } from "../object-watch";
import { GENERATION_LABEL, GROUP_LABEL } from "./pod";

/** The pods of container groups as Kubernetes has them now. */
export class PodWatch extends ObjectWatch<V1Pod> {
    constructor(config: KubeConfig, api: CoreV1Api, namespace: string) {
        const list = () => api.listNamespacedPod({ namespace, labelSelector: GROUP_LABEL });
        super(config, `/api/v1/namespaces/${namespace}/pods`, list, GROUP_LABEL);
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
}
