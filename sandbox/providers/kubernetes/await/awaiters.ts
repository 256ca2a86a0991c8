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

/** By group and kind. What is not here is there as soon as the API server has taken it. */
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
                : waitingFor("The quota is not in force yet."),
    },
    "/Secret": {
        timeout: 5,
        progress: secret => (hasItsToken(secret) ? READY : waitingFor("There is no token in it yet.")),
    },
    "/Service": serviceAwaiter,
};

/** What to wait for, unless the program wants no waiting (`pulumi.com/skipAwait`). */
export function awaiterOf({ group, kind }: Kind, inputs: Properties): Awaiter | undefined {
    if (annotation(inputs, "pulumi.com/skipAwait") === "true") return undefined;
    return AWAITERS[`${group}/${kind}`];
}

/** The only Secret that another fills is that of a service account. */
function hasItsToken(secret: Properties): boolean {
    const data = at(secret, "data");
    const isForToken = at(secret, "type") === "kubernetes.io/service-account-token";
    return !isForToken || (isObject(data) && Object.keys(data).length > 0);
}
