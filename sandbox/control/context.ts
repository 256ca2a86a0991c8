import type { SandboxInstance } from "../instance";
import type { ContainerGroupRunner } from "./container-groups/runner";
import type { ClusterKubernetes } from "./managed-clusters/kubernetes";
import type { Store } from "./state/store";

/** Subscription and tenant of every sandbox. */
export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const TENANT = "00000000-0000-0000-0000-000000000002";

/** All subscriptions of the tenant: a second one, for programs that reach into another. */
export const SUBSCRIPTIONS: readonly string[] = [SUBSCRIPTION, "00000000-0000-0000-0000-000000000003"];

/** What the resource types share. */
export interface ControlContext {
    store: Store;
    instance: SandboxInstance;
    runner: ContainerGroupRunner;
    /** Behind managed clusters; undefined where they are only recorded. */
    kubernetes?: ClusterKubernetes;
    clock: () => Date;
}
