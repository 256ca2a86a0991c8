import type { Properties } from "../../protocol/values";
import { countAt, wantedReplicas } from "../objects";
import { podsOf, podProblems } from "./pod";
import {
    type Awaiter,
    condition,
    failed,
    hasCondition,
    conditionText,
    type Progress,
    READY,
    waitingFor,
} from "./progress";

export const deploymentAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: deploymentProgress };

/** A Deployment is ready when all replicas have the latest template and are available, and no old replica exists. */
function deploymentProgress(deployment: Properties, [pods = []]: Properties[][]): Progress {
    const observed = countAt(deployment, "status", "observedGeneration");
    if (observed < countAt(deployment, "metadata", "generation"))
        return waitingFor("The Deployment controller has not processed the Deployment yet.");
    const wanted = wantedReplicas(deployment);
    const total = countAt(deployment, "status", "replicas");
    const updated = countAt(deployment, "status", "updatedReplicas");
    const available = countAt(deployment, "status", "availableReplicas");
    const isComplete = updated === wanted && total === wanted && available === wanted;
    if (isComplete && hasCondition(deployment, "Available")) return READY;

    const progressing = condition(deployment, "Progressing");
    const isAvailable = hasCondition(deployment, "Available");
    const reasons = [
        ...(progressing?.status === "False" ? conditionText(progressing) : []),
        ...(isAvailable ? [] : conditionText(condition(deployment, "Available"))),
        isAvailable
            ? `${updated} of ${wanted} replicas are updated, ${available} available.`
            : "Minimum number of live Pods was not attained",
        ...podProblems(pods),
    ];
    // The reason after `progressDeadlineSeconds` of the Deployment.
    return progressing?.reason === "ProgressDeadlineExceeded" ? failed(...reasons) : waitingFor(...reasons);
}
