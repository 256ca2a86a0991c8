import type { Resource } from "../state/resource";
import { containerGroupHidden, containerGroupProperties } from "./model";
import { type GroupInstanceView, recordedView } from "./instance-view";

/** Runs container groups. */
export interface ContainerGroupRunner {
    /** Resolves after every container has been started once. @throws ArmError if one cannot be started */
    run(group: Resource): Promise<void>;
    /** Resolves after all containers of the group have ended. */
    stop(group: Resource): Promise<void>;
    view(group: Resource): Promise<GroupInstanceView>;
    /** @throws ArmError if the group has no such container */
    logs(group: Resource, container: string, options: LogOptions): Promise<string>;
}

export interface LogOptions {
    /** Number of lines from the end. @default all */
    tail?: number;
    timestamps: boolean;
}

/** Runs nothing. For sandboxes without Kubernetes, whose groups are only recorded. */
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
