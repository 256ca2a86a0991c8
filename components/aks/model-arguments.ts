import type * as pulumi from "@pulumi/pulumi";
import type { KeysArgs } from "../keys/arguments";
import type { LimitsArgs } from "../model/request-limits";
import type { ModelContainerArgs } from "../model/container";
import type { ProbeArgs } from "../model/probes";

/** Bounds and target of the autoscaler of a model. */
export interface AutoscaleArgs {
    /**
     * The minimum number of replicas, from 1 to 1000.
     * @default 1 (as Azure ML v1)
     */
    minReplicas?: number;
    /**
     * The maximum number of replicas, from 1 to 1000.
     * @default 10 (as Azure ML v1)
     */
    maxReplicas?: number;
    /**
     * The target CPU usage of the replicas, in percent of their CPU request, from 1 to 100. The autoscaler adds replicas above
     * it and removes replicas below it. (Azure ML v1 counted busy replicas instead.)
     * @default 70 (as Azure ML v1)
     */
    targetUtilization?: number;
}

/** A node taint that the pods of a model tolerate (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/). */
export interface TolerationArgs {
    /**
     * The key of the taint. Without a key, `operator` must be `Exists`, which tolerates every taint.
     * @default none
     */
    key?: pulumi.Input<string>;
    /**
     * `Equal` compares the value of the taint, `Exists` ignores it.
     * @default "Equal"
     */
    operator?: string;
    /**
     * The value of the taint. For `Equal`.
     * @default none
     */
    value?: pulumi.Input<string>;
    /**
     * The effect of the taint: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
     * @default every effect
     */
    effect?: string;
}

/** One model of a service on Kubernetes. */
export interface AksModelArgs extends ModelContainerArgs {
    /**
     * A fixed number of replicas, from 1 to 1000. Conflicts with `autoscale`.
     * @default none: the autoscaler sets the number
     */
    replicas?: number;
    /**
     * Autoscaling by CPU usage. Conflicts with `replicas`.
     * @default 1 to 10 replicas at 70 percent, unless `replicas` is set (as Azure ML v1)
     */
    autoscale?: AutoscaleArgs;
    /**
     * The probe that decides whether a replica gets requests.
     * @default no initial delay, every 10 s, 2 s timeout, 1 success, 3 failures
     */
    readiness?: ProbeArgs;
    /**
     * The number of GPUs of each replica (`nvidia.com/gpu`). The nodes need the device plug-in of NVIDIA.
     * @default 0
     */
    gpu?: number;
    /**
     * Whether the nodes have free GPUs for additional replicas during an update. If true, an update starts new replicas before it
     * stops old ones; without a free GPU it fails after `progressDeadlineSeconds`, and the previous replicas keep serving. If
     * false, an update stops one replica, then starts its successor on the same GPU: a model with one replica answers 503
     * meanwhile, about which preview warns. An error without `gpu`.
     * @default false
     */
    spareGpu?: boolean;
    /**
     * How long an update waits for progress of the new replicas, including the pull of the image, in seconds. After that the
     * update fails, and the previous replicas keep serving.
     * @default 600 (as Kubernetes)
     */
    progressDeadlineSeconds?: number;
    /**
     * Limits of concurrency, waiting time, scoring time and body size.
     * @default the limits of Azure ML v1: 1 concurrent request, 500 ms in the queue, 60 s for scoring, 100 MiB
     */
    limits?: LimitsArgs;
    /**
     * Scoring keys that requests to this model must send.
     * @default required, with generated keys (as Azure ML v1)
     */
    keys?: KeysArgs;
    /**
     * Whether this model also answers over plain HTTP, in addition to HTTPS. Anyone on the network path can read such requests,
     * their keys and their answers. Requests to other models are still redirected to HTTPS. An error with `TlsMode.Disabled`,
     * where all models answer over plain HTTP.
     * @default false
     */
    allowPlainHttp?: boolean;
    /**
     * The former name of `allowPlainHttp`. It works until version 0.3, with a warning. Conflicts with `allowPlainHttp`.
     * @deprecated Use `allowPlainHttp`.
     * @default false
     */
    tlsDisabled?: boolean;
    /**
     * An additional host name for this model, on which it answers `/score`. Its path on the service's host name still works. The
     * certificate must cover this name. It must differ from `tls.hostname` and from the names of other models.
     * @default none
     * @example "iris.contoso.com"
     */
    hostname?: pulumi.Input<string>;
    /**
     * The numeric id of the user that the container runs as, at least 1. Required for images that run as root, which Kubernetes
     * refuses here, and for images that set their user by name.
     * @default the user of the image
     */
    runAsUser?: number;
    /**
     * Labels that the nodes of this model must have.
     * @default any node
     * @example { agentpool: "gpu" }
     */
    nodeSelector?: { [name: string]: pulumi.Input<string> };
    /**
     * Node taints that the pods tolerate.
     * @default none
     */
    tolerations?: TolerationArgs[];
    /**
     * The Kubernetes service account of the pods. It must exist in the namespace. For workload identity, also set `podLabels`.
     * @default none: the pods have no access to the Kubernetes API
     */
    serviceAccountName?: string;
    /**
     * Additional labels of the pods.
     * @default none
     * @example { "azure.workload.identity/use": "true" }
     */
    podLabels?: { [name: string]: pulumi.Input<string> };
}
