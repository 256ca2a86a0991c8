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

/** Reasons of waiting containers that are part of every start. */
const ORDINARY = ["ContainerCreating", "PodInitializing"];

export const podAwaiter: Awaiter = { timeout: 600, progress: podProgress };

function podProgress(pod: Properties): Progress {
    const phase = at(pod, "status", "phase");
    if (phase === "Succeeded" || hasCondition(pod, "Ready")) return READY;
    const reasons = podProblems(pod);
    return phase === "Failed" ? failed(...reasons) : waitingFor(...reasons);
}

/** What keeps a pod from running, in its own words. */
export function podProblems(pod: Properties): string[] {
    const said: string[] = [];
    const scheduled = condition(pod, "PodScheduled");
    if (scheduled?.status === "False") said.push(sentence(scheduled));
    const message = textAt(pod, "status", "message");
    if (message) said.push(message);
    const containers = [
        ...listAt(pod, "status", "initContainerStatuses"),
        ...listAt(pod, "status", "containerStatuses"),
    ];
    for (const container of containers) {
        if (container.ready === true) continue;
        const problem = containerProblem(container);
        if (problem) said.push(`container ${textAt(container, "name")}: ${problem}`);
    }
    return said.map(each => `[Pod ${idOf(pod)}] ${each}`);
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

/** The problems of pods that are not about to go away; the first ten of them. */
export function problemsOf(pods: Properties[]): string[] {
    const staying = pods.filter(pod => at(pod, "metadata", "deletionTimestamp") === undefined);
    return staying.flatMap(podProblems).slice(0, 10);
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
