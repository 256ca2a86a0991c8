import { equal, isObject, type Properties } from "../../protocol/values";
import type { Kind } from "../discovery";
import { annotation, at } from "../objects";
import { daemonSetAwaiter } from "./daemon-set";
import { deploymentAwaiter } from "./deployment";
import { jobAwaiter } from "./job";
import { podAwaiter } from "./pod";
import { type Awaiter, READY, waitingFor } from "./progress";
import { serviceAwaiter } from "./service";
import { statefulSetAwaiter } from "./stateful-set";
import { volumeAwaiter, volumeClaimAwaiter } from "./volume";

/** By group and kind. Objects of other kinds are ready as soon as they are written. */
const AWAITERS: Record<string, Awaiter> = {
    "apps/DaemonSet": daemonSetAwaiter,
    "apps/Deployment": deploymentAwaiter,
    "apps/StatefulSet": statefulSetAwaiter,
    "batch/Job": jobAwaiter,
    "/PersistentVolume": volumeAwaiter,
    "/PersistentVolumeClaim": volumeClaimAwaiter,
    "/Pod": podAwaiter,
    "/ResourceQuota": {
        timeout: 60,
        progress: quota =>
            equal(at(quota, "spec", "hard"), at(quota, "status", "hard"))
                ? READY
                : waitingFor("The quota is not in effect yet."),
    },
    "/Secret": {
        timeout: 5,
        progress: secret =>
            hasToken(secret) ? READY : waitingFor("The Secret does not contain a token yet."),
    },
    "/Service": serviceAwaiter,
};

/** The awaiter for a kind; undefined if there is none or the annotation `pulumi.com/skipAwait` disables it. */
export function awaiterOf({ group, kind }: Kind, inputs: Properties): Awaiter | undefined {
    if (annotation(inputs, "pulumi.com/skipAwait") === "true") return undefined;
    return AWAITERS[`${group}/${kind}`];
}

/** Whether a Secret is complete. Kubernetes adds the token to a Secret for a service account later. */
function hasToken(secret: Properties): boolean {
    const data = at(secret, "data");
    const isForToken = at(secret, "type") === "kubernetes.io/service-account-token";
    return !isForToken || (isObject(data) && Object.keys(data).length > 0);
}
