import type { Properties } from "../../protocol/values";
import { textAt } from "../objects";
import { type Awaiter, type Progress, READY, waitingFor } from "./progress";

export const volumeAwaiter: Awaiter = {
    timeout: 300,
    progress: volume => phaseIs(volume, "Available", "Bound"),
};

/** A claim is ready when it is bound, or when its storage class binds it only after a pod uses it. */
export const volumeClaimAwaiter: Awaiter = {
    timeout: 300,
    related: claim => [
        {
            kind: { group: "storage.k8s.io", version: "v1", kind: "StorageClass" },
            namespace: "",
            query: { fieldSelector: `metadata.name=${textAt(claim, "spec", "storageClassName") ?? ""}` },
        },
    ],
    progress: (claim, [classes = []]) => {
        const isLazy = classes.some(one => one.volumeBindingMode === "WaitForFirstConsumer");
        return isLazy ? phaseIs(claim, "Pending", "Bound") : phaseIs(claim, "Bound");
    },
};

function phaseIs(object: Properties, ...phases: string[]): Progress {
    const phase = textAt(object, "status", "phase") ?? "not processed yet";
    if (phases.includes(phase)) return READY;
    return waitingFor(`It is ${phase} and should be ${phases.join(" or ")}.`);
}
