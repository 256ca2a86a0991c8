import type { SandboxInstance } from "../instance";
import type { ContainerGroupRunner } from "./container-groups/runner";
import type { ClusterKubernetes } from "./managed-clusters/kubernetes";
import type { Store } from "./state/store";

/** What the resource types share. */
export interface ControlContext {
    store: Store;
    instance: SandboxInstance;
    runner: ContainerGroupRunner;
    /** Behind managed clusters; undefined where they are only recorded. */
    kubernetes?: ClusterKubernetes;
    clock: () => Date;
}
