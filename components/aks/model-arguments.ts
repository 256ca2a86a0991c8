import type * as pulumi from "@pulumi/pulumi";
import type { KeysArgs } from "../keys/arguments";
import type { LimitsArgs } from "../model/request-limits";
import type { ModelContainerArgs } from "../model/container";

/** Replicas that come and go with the work. */
export interface AutoscaleArgs {
    /**
     * Replicas at least.
     * @default 1 (as v1)
     */
    minReplicas?: number;
    /**
     * Replicas at most.
     * @default 10 (as v1)
     */
    maxReplicas?: number;
    /**
     * Replicas are added while they use more than this share of the CPU that is kept for them, in percent, and removed
     * when they use less. (v1 looked at busy replicas instead.)
     * @default 70 (as v1)
     */
    targetUtilization?: number;
}

/** A taint that a model's pods may run beside (Kubernetes: Taints and Tolerations). */
export interface TolerationArgs {
    /**
     * The taint's key. Absent with `operator` `Exists`: any taint.
     * @default none
     */
    key?: string;
    /**
     * `Equal` or `Exists`.
     * @default "Equal"
     */
    operator?: string;
    /**
     * The taint's value, with `Equal`.
     * @default none
     */
    value?: string;
    /**
     * `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
     * @default any
     */
    effect?: string;
}

/** One of the models of a cluster. */
export interface AksModelArgs extends ModelContainerArgs {
    /**
     * A fixed number of replicas, instead of `autoscale`.
     * @default none: autoscaled
     */
    replicas?: number;
    /**
     * Replicas by work.
     * @default 1 to 10 at 70 percent, unless `replicas` is given (as v1)
     */
    autoscale?: AutoscaleArgs;
    /**
     * GPUs of each replica (`nvidia.com/gpu`); the nodes need NVIDIA's device plug-in.
     * @default 0
     */
    gpu?: number;
    /**
     * How long a changed model may take to get on with its new replicas, images included, in seconds. Then the update fails;
     * the replicas that were there go on.
     * @default 600 (as Kubernetes)
     */
    progressDeadlineSeconds?: number;
    /**
     * What a request may use.
     * @default v1's
     */
    limits?: LimitsArgs;
    /**
     * Scoring keys of this model.
     * @default generated ones, which requests need (as v1)
     */
    keys?: KeysArgs;
    /**
     * Whether this model answers over plain HTTP too, on its own path. Everybody on the way can then read what is sent
     * that way; other models are still redirected to HTTPS.
     * @default false
     */
    tlsDisabled?: boolean;
    /**
     * A host name of its own, where the model answers on `/score`, beside its path on the service's name. The
     * certificate has to cover it.
     * @default none
     */
    hostname?: pulumi.Input<string>;
    /**
     * The number of the user that the container runs as. Needed for images that name their user instead of numbering
     * it, and for images that would run as root, which is refused.
     * @default the image's own
     */
    runAsUser?: number;
    /**
     * Labels that a node needs to have, e.g. for a node pool with GPUs.
     * @default any node
     */
    nodeSelector?: { [name: string]: string };
    /**
     * Taints that the pods may run beside.
     * @default none
     */
    tolerations?: TolerationArgs[];
    /**
     * The Kubernetes service account of the pods, which has to exist in the namespace. For workload identity give
     * `podLabels` too.
     * @default none: the pods get no access to Kubernetes
     */
    serviceAccountName?: string;
    /**
     * Further labels of the pods.
     * @default none
     * @example { "azure.workload.identity/use": "true" }
     */
    podLabels?: { [name: string]: string };
}
