import type { Properties } from "../../protocol/values";
import { at, countAt, idOf, listAt, textAt } from "../objects";
import {
    type Awaiter,
    condition,
    failed,
    hasCondition,
    type Progress,
    READY,
    type Selection,
    waitingFor,
} from "./progress";
import { labelSelector } from "./selector";

/** Reasons of waiting containers during a normal start. */
const ORDINARY = ["ContainerCreating", "PodInitializing"];

export const podAwaiter: Awaiter = { timeout: 600, progress: podProgress };

function podProgress(pod: Properties): Progress {
    const phase = at(pod, "status", "phase");
    if (phase === "Succeeded" || hasCondition(pod, "Ready")) return READY;
    const reasons = problemsOfPod(pod);
    return phase === "Failed" ? failed(...reasons) : waitingFor(...reasons);
}

/** The reasons in the status of a pod why it is not ready. */
function problemsOfPod(pod: Properties): string[] {
    const problems: string[] = [];
    const scheduled = condition(pod, "PodScheduled");
    if (scheduled?.status === "False") problems.push(sentence(scheduled));
    const message = textAt(pod, "status", "message");
    if (message) problems.push(message);
    const containers = [
        ...listAt(pod, "status", "initContainerStatuses"),
        ...listAt(pod, "status", "containerStatuses"),
    ];
    for (const container of containers) {
        if (container.ready === true) continue;
        const problem = containerProblem(container);
        if (problem) problems.push(`container ${textAt(container, "name")}: ${problem}`);
    }
    return problems.map(problem => `[Pod ${idOf(pod)}] ${problem}`);
}

function containerProblem(container: Properties): string | undefined {
    const waiting = at(container, "state", "waiting");
    const reason = textAt(waiting, "reason");
    if (reason !== undefined) return ORDINARY.includes(reason) ? undefined : sentence(waiting);
    const terminated = at(container, "state", "terminated");
    const exitCode = countAt(terminated, "exitCode");
    return exitCode === 0 ? undefined : `${sentence(terminated)} (exit code ${exitCode})`;
}

function sentence(state: Properties[string] | undefined): string {
    const message = textAt(state, "message");
    return `${textAt(state, "reason") ?? "Unknown"}${message ? `: ${message}` : ""}`;
}

/** The first ten problems of pods that are not being deleted. */
export function podProblems(pods: Properties[]): string[] {
    const remaining = pods.filter(pod => at(pod, "metadata", "deletionTimestamp") === undefined);
    return remaining.flatMap(problemsOfPod).slice(0, 10);
}

/** The pods that a controller selects (`spec.selector`). */
export function podsOf(controller: Properties): Selection[] {
    return [
        {
            kind: { group: "", version: "v1", kind: "Pod" },
            namespace: textAt(controller, "metadata", "namespace") ?? "default",
            query: { labelSelector: labelSelector(at(controller, "spec", "selector")) },
        },
    ];
}
