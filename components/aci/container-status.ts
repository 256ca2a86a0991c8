/** The part of a container in Azure's answer that this file reads. */
export interface ContainerView {
    name: string;
    instanceView?: {
        restartCount?: number;
        currentState?: ContainerStateView;
        previousState?: ContainerStateView;
        events?: readonly ContainerEvent[];
    };
}

interface ContainerStateView {
    state?: string;
    exitCode?: number;
    detailStatus?: string;
}

interface ContainerEvent {
    type?: string;
    name?: string;
    message?: string;
    lastTimestamp?: string;
}

/** What Azure reports about a container group that is not ready. */
export interface GroupStatus {
    /** Set when the group will not become ready without a change. */
    failure?: string;
    /** The latest warning about each container. */
    warnings: string[];
}

/** A container of a new revision that has restarted this often is considered broken. */
const MAX_RESTARTS = 3;

/** Summarizes the status of a container group from its containers. */
export function groupStatus(containers: readonly ContainerView[]): GroupStatus {
    const crashing = containers.find(one => (one.instanceView?.restartCount ?? 0) >= MAX_RESTARTS);
    return {
        ...(crashing && { failure: crashReport(crashing) }),
        warnings: containers.flatMap(one => latestWarning(one) ?? []),
    };
}

function crashReport({ name, instanceView = {} }: ContainerView): string {
    const { restartCount, currentState, previousState } = instanceView;
    const ended = [currentState, previousState].find(one => one?.state === "Terminated");
    const how = [`exit code ${ended?.exitCode}`, ended?.detailStatus].filter(Boolean).join(", ");
    return `the container ${name} ended ${restartCount} times${ended ? ` (last with ${how})` : ""}`;
}

function latestWarning({ name, instanceView }: ContainerView): string | undefined {
    const warnings = (instanceView?.events ?? []).filter(({ type }) => type === "Warning");
    const latest = warnings.reduce<ContainerEvent | undefined>(
        (newest, one) => ((newest?.lastTimestamp ?? "") > (one.lastTimestamp ?? "") ? newest : one),
        undefined,
    );
    return latest && `${name}: ${latest.name}: ${latest.message}`;
}
