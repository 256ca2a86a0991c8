import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, HOST } from "../support/front-stage";
import { CANNOT_RUN } from "../../sandbox/testing/requirements";

describe.skipIf(CANNOT_RUN)(`the front over time${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    const stage = new FrontStage();
    beforeAll(() => stage.open());
    afterAll(() => stage.close());

    describe("in front of a busy model", () => {
        it("lets the second wait and sends the third away, with one at a time and one in the queue", async () => {
            await stage.startFront(
                overTls({ model: iris({ maxQueueWaitMs: 60_000, maxQueuedRequests: 1 }) }),
            );
            const first = stage.hold("first");
            await stage.holding("first");
            const second = stage.hold("second");
            await stage.queued(1);

            const inChunks = ["--data", "{}", "--header", "Transfer-Encoding: chunked", "--http1.1"];
            for (const third of [await stage.score(), await stage.score(...inChunks)]) {
                expect(third.status).toBe(503);
                expect(third.headers["retry-after"]).toBe("1");
                expect(JSON.parse(third.body)).toMatchObject({ error: { code: "ServiceUnavailable" } });
            }
            await stage.holding("first");

            await stage.release("first");
            expect((await first).status).toBe(200);
            await stage.holding("second");
            await stage.release("second");
            expect((await second).status).toBe(200);
        });

        it("sends away who has waited too long", async () => {
            await stage.startFront(overTls({ model: iris({ maxQueueWaitMs: 300 }) }));
            const first = stage.hold("first");
            await stage.holding("first");
            const late = await stage.score();
            expect(late.status).toBe(503);
            expect(late.headers["retry-after"]).toBe("1");
            await stage.holding("first");
            await stage.release("first");
            expect((await first).status).toBe(200);
        });

        it("lets in as many at a time as the model takes", async () => {
            await stage.startFront(
                overTls({ model: iris({ maxQueueWaitMs: 60_000, maxConcurrentRequests: 2 }) }),
            );
            const both = [stage.hold("first")];
            await stage.holding("first");
            both.push(stage.hold("second"));
            await stage.holding("first", "second");
            const third = stage.hold("third");
            await stage.queued(1);
            await stage.release("second");
            await stage.holding("first", "third");
            await stage.release("first");
            await stage.release("third");
            for (const answer of await Promise.all([...both, third])) expect(answer.status).toBe(200);
        });

        it("forgets a waiting request whose client has gone", async () => {
            await stage.startFront(overTls({ model: iris({ maxQueueWaitMs: 60_000 }) }));
            const first = stage.hold("first");
            await stage.holding("first");
            await expect(stage.score("--max-time", "0.5")).rejects.toThrow(/timed out/);
            await stage.queued(0);
            await stage.release("first");
            expect((await first).status).toBe(200);
        });

        it("answers 504 when the model takes too long", async () => {
            await stage.startFront(overTls({ model: iris({ scoringTimeoutMs: 300 }) }));
            const answer = await stage.hold("for-ever");
            expect(answer.status).toBe(504);
            expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "ScoringTimeout" } });
            await stage.release("for-ever");
        });
    });

    describe("in its life", () => {
        it("says when the model is down, and when it is back", async () => {
            await stage.startFront(overTls());
            await stage.stopModel();
            expect(await eventually(async () => (await stage.health("/ready")) === 503, 10_000)).toBe(true);
            expect(await stage.health("/live")).toBe(200);
            expect((await stage.curl(`https://${HOST}/`)).status).toBe(503);
            expect((await stage.score()).headers["retry-after"]).toBe("1");
            stage.startModel();
            expect(await eventually(async () => (await stage.health("/ready")) === 200, 10_000)).toBe(true);
        });

        it("gives up root once it has its ports", async () => {
            await stage.startFront(overTls());
            const { stdout } = await stage.inside([
                "ps",
                "--no-headers",
                "--format",
                "euser:20,args",
                "--ppid",
                String(stage.frontPid),
            ]);
            expect(stdout).toContain("haproxy -f haproxy.cfg");
            expect(stdout).not.toMatch(/^root /);
        });

        it("finishes what it has begun when it is told to stop", async () => {
            await stage.startFront(overTls());
            const request = stage.hold("last");
            await stage.holding("last");
            const stopped = stage.stopFront();
            expect(await eventually(async () => (await stage.health("/live")) === 0, 10_000)).toBe(true);
            await stage.release("last");
            expect((await request).status).toBe(200);
            expect(await stopped).toContain('"status": 200');
        });
    });
});
