import { describe, expect, it } from "vitest";
import {
    cachedSeconds,
    cachedUntilAfter,
    connectionAgeSeconds,
    drainOf,
} from "../../../components/aci/drain-time";

const NOW = new Date("2026-11-28T12:00:00Z");
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe("the drain", () => {
    const limits = { maxQueueWaitMs: 500, scoringTimeoutMs: 60_000 };

    it("covers the TTL, a connection opened at its end, and the longest request on that connection", () => {
        expect(drainOf(300, limits)).toEqual({ seconds: 300 + 30 + 61 + 2 });
        expect(drainOf(5, { maxQueueWaitMs: 0, scoringTimeoutMs: 1_000 })).toEqual({
            seconds: 5 + 5 + 1 + 2,
        });
    });

    it("takes at most an hour, and says which clients that is too short for", () => {
        expect(drainOf(3_507, limits)).toEqual({ seconds: 3_600 });
        for (const ttl of [3_508, 86_400, 2_147_484, 2_147_483_647]) {
            const { seconds, shortfall } = drainOf(ttl, limits);
            expect(seconds).toBe(3_600);
            expect(shortfall).toContain(`for ${ttl + 30 + 61 + 2} seconds (TTL of the record ${ttl}, `);
            expect(shortfall).toContain("Reduce dns.ttl");
        }
        const slow = drainOf(5, { maxQueueWaitMs: 0, scoringTimeoutMs: 2_147_483_647 });
        expect(slow).toMatchObject({
            seconds: 3_600,
            shortfall: expect.stringContaining("2147484") as string,
        });
    });

    it("limits the age of connections to the TTL, and to 30 seconds", () => {
        expect([1, 5, 30, 300].map(connectionAgeSeconds)).toEqual([1, 5, 30, 30]);
    });
});

describe("the time that resolvers may keep the old record", () => {
    it("is unknown for a new name", () => {
        expect(cachedSeconds({}, NOW)).toBeUndefined();
        expect(cachedUntilAfter({}, 5, NOW)).toBeUndefined();
    });

    it("is the TTL before this update, in the state of any version", () => {
        expect(cachedSeconds({ recordTtl: 300 }, NOW)).toBe(300);
        expect(cachedSeconds({ servingTtl: 300 }, NOW)).toBe(300);
        expect(cachedSeconds({ recordTtl: 300, servingTtl: 300 }, NOW)).toBe(300);
    });

    it("is the longer TTL when an interrupted update changed only the record", () => {
        expect(cachedSeconds({ recordTtl: 5, servingTtl: 300 }, NOW)).toBe(300);
        expect(cachedSeconds({ recordTtl: 300, servingTtl: 5 }, NOW)).toBe(300);
    });

    it("is the rest of an earlier TTL, while that is longer", () => {
        const history = { servingTtl: 5, cachedUntil: after(300) };
        expect(cachedSeconds(history, NOW)).toBe(300);
        expect(cachedSeconds(history, after(100))).toBe(200);
        expect(cachedSeconds(history, after(297))).toBe(5);
        expect(cachedSeconds(history, after(10_000))).toBe(5);
    });

    it("is remembered when the TTL is lowered, and only then", () => {
        expect(cachedUntilAfter({ recordTtl: 300, servingTtl: 300 }, 5, NOW)).toEqual(after(300));
        expect(cachedUntilAfter({ recordTtl: 5, servingTtl: 300 }, 5, NOW)).toEqual(after(300));
        expect(cachedUntilAfter({ recordTtl: 300, servingTtl: 300 }, 300, NOW)).toBeUndefined();
        expect(cachedUntilAfter({ recordTtl: 5, servingTtl: 5 }, 300, NOW)).toBeUndefined();
    });

    it("survives further changes of the TTL", () => {
        const lowered = { recordTtl: 60, servingTtl: 60, cachedUntil: after(3_000) };
        expect(cachedUntilAfter(lowered, 5, NOW)).toEqual(after(3_000));
        expect(cachedUntilAfter(lowered, 600, NOW)).toEqual(after(3_000));
        expect(cachedUntilAfter(lowered, 5, after(2_990))).toEqual(after(3_050));
        expect(cachedUntilAfter(lowered, 3_600, NOW)).toBeUndefined();
    });
});
