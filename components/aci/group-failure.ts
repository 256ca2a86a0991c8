/** A container as Azure tells of it. */
export interface ContainerView {
    name: string;
    instanceView?: {
        restartCount?: number;
        currentState?: ContainerStateView;
        previousState?: ContainerStateView;
    };
}

interface ContainerStateView {
    state?: string;
    exitCode?: number;
    detailStatus?: string;
}

/** A container that ended so often in a revision that is new does not come to its senses. */
const RESTARTS = 3;

/** Why a group of these containers will not become ready, if Azure knows. */
export function groupFailure(containers: readonly ContainerView[]): string | undefined {
    const crashing = containers.find(one => (one.instanceView?.restartCount ?? 0) >= RESTARTS);
    if (!crashing) return undefined;
    const { restartCount, currentState, previousState } = crashing.instanceView ?? {};
    const ended = [currentState, previousState].find(one => one?.state === "Terminated");
    const how =
        ended === undefined
            ? ""
            : ` (last with exit code ${ended.exitCode}${ended.detailStatus ? `, ${ended.detailStatus}` : ""})`;
    return `the container ${crashing.name} ended ${restartCount} times${how}`;
}
