import { describe, expect, it } from "vitest";
import { type Clock, untilGood } from "../../../components/aci/gate-wait";
import { groupNews } from "../../../components/aci/group-news";
import { connectionAgeSeconds, drainSeconds } from "../../../components/aci/drain";

/** A clock on which time goes by only where somebody sleeps. */
function clock(): Clock & { seconds(): number } {
    let now = 0;
    return {
        now: () => new Date(now),
        sleep(milliseconds) {
            now += milliseconds;
            return Promise.resolve();
        },
        seconds: () => now / 1000,
    };
}

/** What each look finds, the last one for ever. */
function looks(...found: (string | undefined)[]): () => Promise<string | undefined> {
    let next = 0;
    return () => Promise.resolve(found[Math.min(next++, found.length - 1)]);
}

const none = () => Promise.resolve({ warnings: [] });

describe("the wait for a revision", () => {
    it("ends when it was good three times in a row", async () => {
        const time = clock();
        const look = looks(
            "it refuses connections",
            undefined,
            undefined,
            "its model is not ready",
            undefined,
        );
        expect(await untilGood({ look, news: none, timeoutSeconds: 600, clock: time })).toBeUndefined();
        expect(time.seconds()).toBe(6);
    });

    it("gives up at its limit, and says what it saw last", async () => {
        const time = clock();
        const look = looks("it refuses connections", "its model is not ready (503 ServiceUnavailable)");
        expect(await untilGood({ look, news: none, timeoutSeconds: 30, clock: time })).toBe(
            "it was not ready after 30 seconds; last seen: its model is not ready (503 ServiceUnavailable)",
        );
        expect(time.seconds()).toBe(30);
    });

    it("adds what Azure says, which lets nobody connect to a group whose probes fail", async () => {
        const news = () => Promise.resolve({ warnings: ["iris: Unhealthy: status code 503"] });
        expect(
            await untilGood({
                look: looks("it breaks connections off"),
                news,
                timeoutSeconds: 5,
                clock: clock(),
            }),
        ).toBe(
            "it was not ready after 5 seconds; last seen: it breaks connections off; iris: Unhealthy: status code 503",
        );
    });

    it("does not give up on a revision that is good at the limit", async () => {
        const time = clock();
        const look = () => Promise.resolve(time.seconds() < 30 ? "its model is not ready" : undefined);
        expect(await untilGood({ look, news: none, timeoutSeconds: 30, clock: time })).toBeUndefined();
    });

    it("ends early when Azure knows that it never will be good", async () => {
        const time = clock();
        const news = () => Promise.resolve({ failure: "the container iris ended 3 times", warnings: [] });
        expect(
            await untilGood({
                look: looks("it refuses connections"),
                news,
                timeoutSeconds: 600,
                clock: time,
            }),
        ).toBe("the container iris ended 3 times; last seen: it refuses connections");
        expect(time.seconds()).toBeLessThan(15);
    });
});

describe("what Azure tells of a group", () => {
    const iris = (restartCount: number, ended: object) => ({
        name: "iris",
        instanceView: { restartCount, currentState: { state: "Waiting" }, previousState: ended },
    });

    it("is a failure when a container keeps ending, with how it ended", () => {
        const ended = { state: "Terminated", exitCode: 137, detailStatus: "OOMKilled" };
        expect(groupNews([{ name: "front" }, iris(3, ended)]).failure).toBe(
            "the container iris ended 3 times (last with exit code 137, OOMKilled)",
        );
    });

    it("is no failure when a container ended once", () => {
        expect(groupNews([{ name: "front" }, iris(1, { state: "Terminated", exitCode: 1 })])).toEqual({
            warnings: [],
        });
        expect(groupNews([])).toEqual({ warnings: [] });
    });

    it("has the latest warning of each container", () => {
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
        expect(groupNews([{ name: "iris", instanceView: { events } }]).warnings).toEqual([
            "iris: Unhealthy: late",
        ]);
    });
});

describe("the drain", () => {
    const limits = { maxQueueWaitMs: 500, scoringTimeoutMs: 60_000 };

    it("outlasts the record, a connection made at its end, and a request begun at the end of that", () => {
        expect(drainSeconds(300, limits)).toBe(300 + 30 + 61 + 2);
        expect(drainSeconds(5, { maxQueueWaitMs: 0, scoringTimeoutMs: 1_000 })).toBe(5 + 5 + 1 + 2);
    });

    it("lets nobody keep a connection for longer than the record, nor for long", () => {
        expect([1, 5, 30, 300].map(connectionAgeSeconds)).toEqual([1, 5, 30, 30]);
    });
});
