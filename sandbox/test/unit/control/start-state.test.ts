import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { instanceView } from "../../../control/container-groups/instance-view";
import { startState } from "../../../control/container-groups/start-state";

function pod(
    ...states: { state: V1ContainerState; lastState?: V1ContainerState; restartCount?: number }[]
): V1Pod {
    const names = ["front", "model"];
    return {
        spec: { containers: names.map(name => ({ name, image: `${name}:1` })) },
        status: {
            phase: "Running",
            containerStatuses: states.map((one, index) => ({
                name: names[index] ?? "",
                image: "",
                imageID: "",
                ready: false,
                restartCount: 0,
                ...one,
            })),
        },
    };
}

const running = { state: { running: { startedAt: new Date(0) } } };
const waiting = (reason: string) => ({ state: { waiting: { reason } } });

describe("a container group has started", () => {
    it("not if it has no pod", () => expect(startState("iris", undefined)).toBe("starting"));
    it("not before every container has a state", () =>
        expect(startState("iris", pod(running))).toBe("starting"));
    it("not while a container is being created", () =>
        expect(startState("iris", pod(running, waiting("ContainerCreating")))).toBe("starting"));
    it("if all containers run", () => expect(startState("iris", pod(running, running))).toBe("started"));
    it("if a container has crashed after its start, as on Azure", () => {
        const crashed = {
            ...waiting("CrashLoopBackOff"),
            lastState: { terminated: { exitCode: 1 } },
            restartCount: 2,
        };
        expect(startState("iris", pod(running, crashed))).toBe("started");
    });
    it.each(["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"])(
        "never if an image cannot be pulled (%s)",
        reason => {
            expect(startState("iris", pod(running, waiting(reason)))).toEqual({
                failure: {
                    code: "InaccessibleImage",
                    message:
                        "The image 'model:1' in container group 'iris' is not accessible. Please check the image and registry credential.",
                },
            });
        },
    );
});

describe("the instance view", () => {
    it("has states, restarts and events in Azure's format", () => {
        const crashed = {
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
            lastState: {
                terminated: { exitCode: 3, finishedAt: new Date(5_000), startedAt: new Date(4_000) },
            },
            restartCount: 2,
        };
        const events = [
            {
                metadata: {},
                involvedObject: { fieldPath: "spec.containers{model}" },
                reason: "BackOff",
                message: "Back-off restarting",
                type: "Warning",
                count: 4,
                firstTimestamp: new Date(1_000),
                lastTimestamp: new Date(2_000),
            },
        ];
        const view = instanceView(["front", "model"], false, pod(running, crashed), events);
        expect(view.group).toEqual({ state: "Running", events: [] });
        expect(view.containers.front).toMatchObject({ restartCount: 0, currentState: { state: "Running" } });
        expect(view.containers.model).toEqual({
            restartCount: 2,
            currentState: { state: "Waiting", detailStatus: "CrashLoopBackOff: back-off 10s" },
            previousState: {
                state: "Terminated",
                startTime: "1970-01-01T00:00:04.000Z",
                finishTime: "1970-01-01T00:00:05.000Z",
                exitCode: 3,
                detailStatus: "",
            },
            events: [
                {
                    count: 4,
                    firstTimestamp: "1970-01-01T00:00:01.000Z",
                    lastTimestamp: "1970-01-01T00:00:02.000Z",
                    name: "BackOff",
                    message: "Back-off restarting",
                    type: "Warning",
                },
            ],
        });
    });

    it("has the state Stopped for a stopped group", () => {
        expect(instanceView(["front"], true, undefined, []).group.state).toBe("Stopped");
    });
});
