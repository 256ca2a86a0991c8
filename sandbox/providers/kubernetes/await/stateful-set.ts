import type { Properties } from "../../protocol/values";
import { at, countAt, wantedReplicas } from "../objects";
import { podsOf, podProblems } from "./pod";
import { type Awaiter, type Progress, READY, waitingFor } from "./progress";

export const statefulSetAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: statefulSetProgress };

function statefulSetProgress(set: Properties, [pods = []]: Properties[][]): Progress {
    const wanted = wantedReplicas(set);
    const ready = countAt(set, "status", "readyReplicas");
    const isObserved = countAt(set, "status", "observedGeneration") >= countAt(set, "metadata", "generation");
    if (isObserved && ready === wanted && isRolledOut(set)) return READY;
    return waitingFor(`${ready} of ${wanted} replicas are ready.`, ...podProblems(pods));
}

/** Whether the pods have the latest template. True if the update strategy does not replace all pods. */
function isRolledOut(set: Properties): boolean {
    const isManual = at(set, "spec", "updateStrategy", "type") === "OnDelete";
    const partition = countAt(set, "spec", "updateStrategy", "rollingUpdate", "partition");
    if (isManual || partition > 0) return true;
    return at(set, "status", "currentRevision") === at(set, "status", "updateRevision");
}
