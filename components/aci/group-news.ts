/** A container as Azure tells of it. */
export interface ContainerView {
    name: string;
    instanceView?: {
        restartCount?: number;
        currentState?: ContainerStateView;
        previousState?: ContainerStateView;
        events?: readonly { type?: string; name?: string; message?: string; lastTimestamp?: string }[];
    };
}

interface ContainerStateView {
    state?: string;
    exitCode?: number;
    detailStatus?: string;
}

/** What Azure tells of a group that does not become ready. */
export interface GroupNews {
    /** Why it never will. */
    failure?: string;
    /** The latest warning about each container. */
    warnings: string[];
}

/** A container that ended so often in a revision that is new does not come to its senses. */
const RESTARTS = 3;

/** What there is to know of a group with these containers. */
export function groupNews(containers: readonly ContainerView[]): GroupNews {
    const crashing = containers.find(one => (one.instanceView?.restartCount ?? 0) >= RESTARTS);
    return { ...(crashing && { failure: ending(crashing) }), warnings: containers.flatMap(latestWarning) };
}

function ending({ name, instanceView = {} }: ContainerView): string {
    const { restartCount, currentState, previousState } = instanceView;
    const ended = [currentState, previousState].find(one => one?.state === "Terminated");
    const how = [`exit code ${ended?.exitCode}`, ended?.detailStatus].filter(Boolean).join(", ");
    return `the container ${name} ended ${restartCount} times${ended ? ` (last with ${how})` : ""}`;
}

function latestWarning({ name, instanceView }: ContainerView): string[] {
    const warnings = (instanceView?.events ?? []).filter(({ type }) => type === "Warning");
    const latest = warnings.reduce<(typeof warnings)[number] | undefined>(
        (newest, one) => ((newest?.lastTimestamp ?? "") > (one.lastTimestamp ?? "") ? newest : one),
        undefined,
    );
    return latest ? [`${name}: ${latest.name}: ${latest.message}`] : [];
}
