import type { Properties } from "../../protocol/values";
import { at, countAt, wantedReplicas } from "../objects";
import { podsOf, problemsOf } from "./pod";
import { type Awaiter, type Progress, READY, waitingFor } from "./progress";

export const statefulSetAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: statefulSetProgress };

function statefulSetProgress(set: Properties, [pods = []]: Properties[][]): Progress {
    const wanted = wantedReplicas(set);
    const ready = countAt(set, "status", "readyReplicas");
    const isSeen = countAt(set, "status", "observedGeneration") >= countAt(set, "metadata", "generation");
    if (isSeen && ready === wanted && isRolledOut(set)) return READY;
    return waitingFor(`${ready} of ${wanted} replicas are ready.`, ...problemsOf(pods));
}

/** Whether the pods are those of the last template, as far as the update strategy replaces them at all. */
function isRolledOut(set: Properties): boolean {
    const isManual = at(set, "spec", "updateStrategy", "type") === "OnDelete";
    const partition = countAt(set, "spec", "updateStrategy", "rollingUpdate", "partition");
    if (isManual || partition > 0) return true;
    return at(set, "status", "currentRevision") === at(set, "status", "updateRevision");
}
