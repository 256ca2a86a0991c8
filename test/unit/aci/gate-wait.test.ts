import { describe, expect, it } from "vitest";
import { type Clock, waitUntilReady } from "../../../components/aci/gate-wait";

/** A clock whose time passes only in `sleep`. */
function fakeClock(): Clock & { seconds(): number } {
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

/** Returns one result for each check; the last one repeats. */
function checks(...results: (string | undefined)[]): () => Promise<string | undefined> {
    let next = 0;
    return () => Promise.resolve(results[Math.min(next++, results.length - 1)]);
}

const noStatus = () => Promise.resolve({ warnings: [] });

describe("the wait for a revision", () => {
    it("ends after three successful checks in a row", async () => {
        const clock = fakeClock();
        const check = checks(
            "it refuses connections",
            undefined,
            undefined,
            "its model is not ready",
            undefined,
        );
        expect(
            await waitUntilReady({ check, readStatus: noStatus, timeoutSeconds: 600, clock }),
        ).toBeUndefined();
        expect(clock.seconds()).toBe(6);
    });

    it("fails at the timeout with the problem of the last check", async () => {
        const clock = fakeClock();
        const check = checks("it refuses connections", "its model is not ready (503 ServiceUnavailable)");
        expect(await waitUntilReady({ check, readStatus: noStatus, timeoutSeconds: 30, clock })).toBe(
            "it was not ready after 30 seconds; last check: its model is not ready (503 ServiceUnavailable)",
        );
        expect(clock.seconds()).toBe(30);
    });

    it("adds Azure's warnings: a group whose probes fail accepts no connections", async () => {
        const readStatus = () => Promise.resolve({ warnings: ["iris: Unhealthy: status code 503"] });
        const check = checks("it resets connections");
        expect(await waitUntilReady({ check, readStatus, timeoutSeconds: 5, clock: fakeClock() })).toBe(
            "it was not ready after 5 seconds; last check: it resets connections; iris: Unhealthy: status code 503",
        );
    });

    it("succeeds when the revision becomes ready exactly at the timeout", async () => {
        const clock = fakeClock();
        const check = () => Promise.resolve(clock.seconds() < 30 ? "its model is not ready" : undefined);
        expect(
            await waitUntilReady({ check, readStatus: noStatus, timeoutSeconds: 30, clock }),
        ).toBeUndefined();
    });

    it("fails before the timeout when Azure reports a failure", async () => {
        const clock = fakeClock();
        const readStatus = () =>
            Promise.resolve({ failure: "the container iris ended 3 times", warnings: [] });
        const check = checks("it refuses connections");
        expect(await waitUntilReady({ check, readStatus, timeoutSeconds: 600, clock })).toBe(
            "the container iris ended 3 times; last check: it refuses connections",
        );
        expect(clock.seconds()).toBeLessThan(15);
    });
});
