import type { Properties } from "../../protocol/values";
import { countAt, wantedReplicas } from "../objects";
import { podsOf, problemsOf } from "./pod";
import {
    type Awaiter,
    condition,
    failed,
    hasCondition,
    inWords,
    type Progress,
    READY,
    waitingFor,
} from "./progress";

export const deploymentAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: deploymentProgress };

/** A Deployment is there when all its replicas run what was asked for last, and none of the replicas before are left. */
function deploymentProgress(deployment: Properties, [pods = []]: Properties[][]): Progress {
    const observed = countAt(deployment, "status", "observedGeneration");
    if (observed < countAt(deployment, "metadata", "generation"))
        return waitingFor("The Deployment controller has not seen the Deployment yet.");
    const wanted = wantedReplicas(deployment);
    const total = countAt(deployment, "status", "replicas");
    const updated = countAt(deployment, "status", "updatedReplicas");
    const available = countAt(deployment, "status", "availableReplicas");
    const isComplete = updated === wanted && total === wanted && available === wanted;
    if (isComplete && hasCondition(deployment, "Available")) return READY;

    const progressing = condition(deployment, "Progressing");
    const isAvailable = hasCondition(deployment, "Available");
    const reasons = [
        ...(progressing?.status === "False" ? inWords(progressing) : []),
        ...(isAvailable ? [] : inWords(condition(deployment, "Available"))),
        isAvailable
            ? `${updated} of ${wanted} replicas are updated, ${available} available.`
            : "Minimum number of live Pods was not attained",
        ...problemsOf(pods),
    ];
    // The deadline that the Deployment sets itself (`progressDeadlineSeconds`) is over.
    return progressing?.reason === "ProgressDeadlineExceeded" ? failed(...reasons) : waitingFor(...reasons);
}
