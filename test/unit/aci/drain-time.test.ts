import { describe, expect, it } from "vitest";
import { connectionAgeSeconds, drainSeconds } from "../../../components/aci/drain-time";

describe("the drain time", () => {
    const limits = { maxQueueWaitMs: 500, scoringTimeoutMs: 60_000 };

    it("covers the TTL, a connection opened at its end, and the longest request on that connection", () => {
        expect(drainSeconds(300, limits)).toBe(300 + 30 + 61 + 2);
        expect(drainSeconds(5, { maxQueueWaitMs: 0, scoringTimeoutMs: 1_000 })).toBe(5 + 5 + 1 + 2);
    });

    it("limits the age of connections to the TTL, and to 30 seconds", () => {
        expect([1, 5, 30, 300].map(connectionAgeSeconds)).toEqual([1, 5, 30, 30]);
    });
});
