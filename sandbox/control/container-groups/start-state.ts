import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { ArmErrorBody } from "../state/resource";

/** Waiting reasons of the kubelet for an image that it cannot pull. */
const IMAGE_FAILURES = new Set([
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
]);

export type StartState = "starting" | "started" | { failure: ArmErrorBody };

/**
 * Whether a group is provisioned by Azure's definition: every container has been started once. Exit codes and probes do
 * not count. @param group name of the container group
 */
export function startState(group: string, pod: V1Pod | undefined): StartState {
    if (pod === undefined) return "starting";
    const init = pod.status?.initContainerStatuses ?? [];
    const containers = pod.status?.containerStatuses ?? [];
    const noImage = [...init, ...containers].find(({ state }) =>
        IMAGE_FAILURES.has(state?.waiting?.reason ?? ""),
    );
    if (noImage) {
        return {
            failure: {
                code: "InaccessibleImage",
                message: `The image '${imageOf(pod, noImage.name)}' in container group '${group}' is not accessible. Please check the image and registry credential.`,
            },
        };
    }
    const expected = pod.spec?.containers.length ?? 0;
    return containers.length === expected && containers.every(hasStarted) ? "started" : "starting";
}

function hasStarted({ state, lastState, restartCount }: V1ContainerStatus): boolean {
    return (
        state?.running !== undefined ||
        state?.terminated !== undefined ||
        lastState?.terminated !== undefined ||
        restartCount > 0
    );
}

function imageOf(pod: V1Pod, container: string): string {
    const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    return all.find(({ name }) => name === container)?.image ?? "";
}
