import { describe, expect, it } from "vitest";
import { groupStatus } from "../../../components/aci/container-status";

describe("the status of a container group", () => {
    const iris = (restartCount: number, ended: object) => ({
        name: "iris",
        instanceView: { restartCount, currentState: { state: "Waiting" }, previousState: ended },
    });

    it("is a failure when a container has ended three times, with its exit code", () => {
        const ended = { state: "Terminated", exitCode: 137, detailStatus: "OOMKilled" };
        expect(groupStatus([{ name: "front" }, iris(3, ended)]).failure).toBe(
            "the container iris ended 3 times (last with exit code 137, OOMKilled)",
        );
    });

    it("is not a failure when a container has ended once", () => {
        expect(groupStatus([{ name: "front" }, iris(1, { state: "Terminated", exitCode: 1 })])).toEqual({
            warnings: [],
        });
        expect(groupStatus([])).toEqual({ warnings: [] });
    });

    it("contains the latest warning about each container", () => {
        const event = (type: string, message: string, lastTimestamp: string) => ({
            type,
            name: "Unhealthy",
            message,
            lastTimestamp,
        });
        const events = [
            event("Warning", "late", "2026-11-24T13:00:02Z"),
            event("Warning", "early", "2026-11-24T13:00:01Z"),
            event("Normal", "pulled", "2026-11-24T13:00:03Z"),
        ];
        expect(groupStatus([{ name: "iris", instanceView: { events } }]).warnings).toEqual([
            "iris: Unhealthy: late",
        ]);
    });
});
