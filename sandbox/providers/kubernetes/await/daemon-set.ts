import type { Properties } from "../../protocol/values";
import { at, countAt } from "../objects";
import { podsOf, podProblems } from "./pod";
import { type Awaiter, type Progress, READY, waitingFor } from "./progress";

export const daemonSetAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: daemonSetProgress };

function daemonSetProgress(set: Properties, [pods = []]: Properties[][]): Progress {
    const wanted = countAt(set, "status", "desiredNumberScheduled");
    const updated = countAt(set, "status", "updatedNumberScheduled");
    const ready = countAt(set, "status", "numberReady");
    const isManual = at(set, "spec", "updateStrategy", "type") === "OnDelete";
    const isObserved = countAt(set, "status", "observedGeneration") >= countAt(set, "metadata", "generation");
    if (isObserved && ready === wanted && (isManual || updated === wanted)) return READY;
    return waitingFor(`${ready} of ${wanted} pods are ready, ${updated} updated.`, ...podProblems(pods));
}
