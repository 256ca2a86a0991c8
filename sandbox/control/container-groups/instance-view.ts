import type { CoreV1Event, V1ContainerState, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { JsonObject } from "../state/resource";

/** The `instanceView` of a container group and of its containers (Container Groups REST API). */
export interface GroupInstanceView {
    /** Of the group. */
    group: { state: string; events: JsonObject[] };
    /** Of containers and init containers, by name. */
    containers: Record<string, JsonObject>;
}

/** The view of a group that is only recorded. */
export function recordedView(containerNames: readonly string[], stopped: boolean): GroupInstanceView {
    const detailStatus = "The container is recorded but does not run: this sandbox has no Kubernetes.";
    const state = stopped ? "Stopped" : "Pending";
    return {
        group: { state, events: [] },
        containers: Object.fromEntries(
            containerNames.map(name => [
                name,
                { restartCount: 0, currentState: { state: "Waiting", detailStatus }, events: [] },
            ]),
        ),
    };
}

/** The view of a group that runs as a pod. @param pod undefined if it does not exist (yet) */
export function instanceView(
    containerNames: readonly string[],
    stopped: boolean,
    pod: V1Pod | undefined,
    events: readonly CoreV1Event[],
): GroupInstanceView {
    const statuses = [
        ...(pod?.status?.initContainerStatuses ?? []),
        ...(pod?.status?.containerStatuses ?? []),
    ];
    const containers = containerNames.map(name => {
        const status = statuses.find(one => one.name === name);
        const ofContainer = events.filter(event => event.involvedObject.fieldPath?.includes(`{${name}}`));
        return [name, containerView(status, ofContainer)] as const;
    });
    const ofGroup = events.filter(event => event.involvedObject.fieldPath === undefined);
    return {
        group: { state: groupState(stopped, pod), events: ofGroup.map(eventOf) },
        containers: Object.fromEntries(containers),
    };
}

/** Azure's group states: Pending, Running, Stopped, Succeeded, Failed. */
function groupState(stopped: boolean, pod: V1Pod | undefined): string {
    if (stopped) return "Stopped";
    const phase = pod?.status?.phase;
    return phase === "Running" || phase === "Succeeded" || phase === "Failed" ? phase : "Pending";
}

function containerView(status: V1ContainerStatus | undefined, events: readonly CoreV1Event[]): JsonObject {
    const previous = stateOf(status?.lastState);
    return {
        restartCount: status?.restartCount ?? 0,
        currentState: stateOf(status?.state) ?? { state: "Waiting", detailStatus: "" },
        ...(previous && { previousState: previous }),
        events: events.map(eventOf),
    };
}

function stateOf(state: V1ContainerState | undefined): JsonObject | undefined {
    if (state?.running) {
        return { state: "Running", startTime: iso(state.running.startedAt), detailStatus: "" };
    }
    if (state?.terminated) {
        const { startedAt, finishedAt, exitCode, reason } = state.terminated;
        return {
            state: "Terminated",
            startTime: iso(startedAt),
            finishTime: iso(finishedAt),
            exitCode,
            detailStatus: reason ?? "",
        };
    }
    if (state?.waiting) {
        const { reason, message } = state.waiting;
        return { state: "Waiting", detailStatus: [reason, message].filter(Boolean).join(": ") };
    }
    return undefined;
}

function eventOf(event: CoreV1Event): JsonObject {
    return {
        count: event.count ?? 1,
        firstTimestamp: iso(event.firstTimestamp ?? event.eventTime),
        lastTimestamp: iso(event.lastTimestamp ?? event.eventTime),
        name: event.reason ?? "",
        message: event.message ?? "",
        type: event.type ?? "Normal",
    };
}

function iso(time: Date | undefined): string | undefined {
    return time === undefined ? undefined : new Date(time).toISOString();
}
