import type { input } from "@pulumi/kubernetes/types";
import type { Share } from "../model/container";

/**
 * How long a model's pod goes on serving after it has been asked to end. AKS's DNS gives answers that are up to 30 seconds old,
 * and until then requests still come.
 */
export const DRAIN_SECONDS = 40;

/** Of containers that need no certain user: the images' own files are readable by everybody. */
export const ANY_USER = 65_532;

/** What the restricted Pod Security Standard asks of every container. */
export const RESTRICTED_CONTAINER: input.core.v1.SecurityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
};

/** What the restricted Pod Security Standard asks of every pod. */
export const RESTRICTED_POD: input.core.v1.PodSecurityContext = {
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
};

/** Goes on serving while the news that the pod is leaving gets around. */
export const DRAIN: input.core.v1.Lifecycle = { preStop: { sleep: { seconds: DRAIN_SECONDS } } };

/** Replicas on different nodes and in different zones, as far as there are any. */
export function spread(selector: Record<string, string>): input.core.v1.TopologySpreadConstraint[] {
    return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map(topologyKey => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
    }));
}

/** Cores and GB in the units of Kubernetes. */
export function quantities({ cpu, memoryInGB }: Partial<Share>): Record<string, string> {
    return {
        ...(cpu !== undefined && { cpu: `${Math.round(cpu * 1000)}m` }),
        ...(memoryInGB !== undefined && { memory: `${Math.round(memoryInGB * 1024)}Mi` }),
    };
}
