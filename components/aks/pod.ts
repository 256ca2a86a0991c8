import type { input } from "@pulumi/kubernetes/types";
import type { Share } from "../model/container";

/**
 * How long a pod of a model keeps serving after Kubernetes starts to terminate it. DNS answers in AKS can be 30 seconds old, so
 * requests still arrive for that long.
 */
export const DRAIN_SECONDS = 40;

/** The user of containers that can run as any user, because the files of their images are readable by all users. */
export const ANY_USER = 65_532;

/** The requirements of the restricted Pod Security Standard for containers. */
export const RESTRICTED_CONTAINER: input.core.v1.SecurityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
};

/** The requirements of the restricted Pod Security Standard for pods. */
export const RESTRICTED_POD: input.core.v1.PodSecurityContext = {
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
};

/** Keeps the container serving until the front no longer sends requests to the pod. */
export const DRAIN: input.core.v1.Lifecycle = { preStop: { sleep: { seconds: DRAIN_SECONDS } } };

/** Prefers different nodes and zones for the replicas. */
export function spread(selector: Record<string, string>): input.core.v1.TopologySpreadConstraint[] {
    return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map(topologyKey => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
    }));
}

/** Converts cores and GB into Kubernetes quantities. */
export function quantities({ cpu, memoryInGB }: Partial<Share>): Record<string, string> {
    return {
        ...(cpu !== undefined && { cpu: `${Math.round(cpu * 1000)}m` }),
        ...(memoryInGB !== undefined && { memory: `${Math.round(memoryInGB * 1024)}Mi` }),
    };
}
