import type { SandboxInstance } from "../../../instance";
import type { ContainerGroupRunner } from "../../container-groups/runner";
import type { ClusterKubernetes } from "../../managed-clusters/kubernetes";
import type { Store } from "../../state/store";

/** The dependencies of the resource types. */
export interface ControlContext {
    store: Store;
    instance: SandboxInstance;
    runner: ContainerGroupRunner;
    /** The Kubernetes of managed clusters. Undefined if clusters are only recorded. */
    kubernetes?: ClusterKubernetes;
    clock: () => Date;
}
