import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { groupListeners } from "../../../control/container-groups/listeners";
import type { Resource } from "../../../control/state/resource";

const group: Resource = {
    id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance/containerGroups/iris",
    name: "iris",
    type: "Microsoft.ContainerInstance/containerGroups",
    envelope: {},
    properties: { ipAddress: { type: "Public", ports: [{ port: 443 }, { port: 53, protocol: "UDP" }] } },
    hidden: { ip: "127.0.61.7", generation: 1, stopped: false },
    provisioningState: "Succeeded",
    createdAt: "2026-01-01T00:00:00.000Z",
};

/** @param ready whether the readiness probes of all containers succeed */
const pod = (ready: boolean, change: Partial<V1Pod["metadata"]> = {}): V1Pod => ({
    metadata: { name: "iris", ...change },
    status: { podIP: "10.0.0.5", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

const servers = (running: V1Pod | undefined, changed: Partial<Resource> = {}) =>
    groupListeners({ ...group, ...changed }, running).map(({ port, servers: all }) => [port, all]);

describe("the public ports of a container group", () => {
    it("get connections while all readiness probes succeed", () =>
        expect(servers(pod(true))).toEqual([[443, [{ address: "10.0.0.5", port: 443 }]]]));

    it.each([
        ["while a readiness probe fails", pod(false)],
        ["while the pod ends", pod(true, { deletionTimestamp: new Date() })],
        ["without a pod", undefined],
    ])("get no connections %s", (_, running) => expect(servers(running)).toEqual([[443, []]]));

    it("do not exist without a public address", () =>
        expect(servers(pod(true), { properties: { ipAddress: { type: "Private" } } })).toEqual([]));
});
