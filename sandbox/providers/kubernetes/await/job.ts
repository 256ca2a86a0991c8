import type { Properties } from "../../protocol/values";
import { at } from "../objects";
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

export const jobAwaiter: Awaiter = { timeout: 600, related: podsOf, progress: jobProgress };

function jobProgress(job: Properties, [pods = []]: Properties[][]): Progress {
    if (at(job, "spec", "suspend") === true || hasCondition(job, "Complete")) return READY;
    const reasons = ["The Job has not completed.", ...podProblems(pods)];
    if (!hasCondition(job, "Failed")) return waitingFor(...reasons);
    return failed(...conditionText(condition(job, "Failed")), ...podProblems(pods));
}
