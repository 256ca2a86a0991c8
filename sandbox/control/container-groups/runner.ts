import type { Resource } from "../state/resource";
import { containerGroupHidden, containerGroupProperties } from "./model";
import { type GroupInstanceView, recordedView } from "./instance-view";

/** Runs container groups, or only says that it would. */
export interface ContainerGroupRunner {
    /** Ends when every container has been started once. @throws ArmError when that cannot be */
    run(group: Resource): Promise<void>;
    /** Ends when no container of the group is left. */
    stop(group: Resource): Promise<void>;
    view(group: Resource): Promise<GroupInstanceView>;
    /** @throws ArmError when the container has no log */
    logs(group: Resource, container: string, options: LogOptions): Promise<string>;
}

export interface LogOptions {
    /** Only so many lines from the end. */
    tail?: number;
    timestamps: boolean;
}

/** Where there is no Kubernetes. */
export class RecordingRunner implements ContainerGroupRunner {
    run(): Promise<void> {
        return Promise.resolve();
    }

    stop(): Promise<void> {
        return Promise.resolve();
    }

    view(group: Resource): Promise<GroupInstanceView> {
        const { stopped } = containerGroupHidden.parse(group.hidden);
        return Promise.resolve(recordedView(containerNames(group), stopped));
    }

    logs(): Promise<string> {
        return Promise.resolve("");
    }
}

export function containerNames(group: Resource): string[] {
    const { containers = [], initContainers = [] } = containerGroupProperties.parse(group.properties);
    return [...initContainers, ...containers].map(({ name }) => name);
}
