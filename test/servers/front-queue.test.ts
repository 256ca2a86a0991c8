import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, HOST } from "../support/front-stage";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";

describe.skipIf(CANNOT_RUN)(titled("the front over time"), () => {
    const stage = new FrontStage();
    beforeAll(() => stage.open());
    afterAll(() => stage.close());

    describe("with a busy model", () => {
        it("with limit 1 and one place in the queue, the second request waits and the third gets 503", async () => {
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

        it("a request that waits too long gets 503", async () => {
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

        it("forwards as many concurrent requests as the limit allows", async () => {
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

        it("removes a request from the queue when its client disconnects", async () => {
            await stage.startFront(overTls({ model: iris({ maxQueueWaitMs: 60_000 }) }));
            const first = stage.hold("first");
            await stage.holding("first");
            await expect(stage.score("--max-time", "0.5")).rejects.toThrow(/timed out/);
            await stage.queued(0);
            await stage.release("first");
            expect((await first).status).toBe(200);
        });

        it("answers 504 when the model does not respond in time", async () => {
            await stage.startFront(overTls({ model: iris({ scoringTimeoutMs: 300 }) }));
            const answer = await stage.hold("for-ever");
            expect(answer.status).toBe(504);
            expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "ScoringTimeout" } });
            await stage.release("for-ever");
        });
    });

    describe("while it runs", () => {
        it("is not ready while the model is down", async () => {
            await stage.startFront(overTls());
            await stage.stopModel();
            expect(await eventually(async () => (await stage.health("/ready")) === 503, 10_000)).toBe(true);
            expect(await stage.health("/live")).toBe(200);
            expect((await stage.curl(`https://${HOST}/`)).status).toBe(503);
            expect((await stage.score()).headers["retry-after"]).toBe("1");
            stage.startModel();
            expect(await eventually(async () => (await stage.health("/ready")) === 200, 10_000)).toBe(true);
        });

        it("drops root after binding its ports", async () => {
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

        it("completes requests in progress after the stop signal", async () => {
            await stage.startFront(overTls());
            const request = stage.hold("last");
            await stage.holding("last");
            const stopped = stage.stopFront();
            expect(await eventually(async () => (await stage.health("/live")) === 0, 10_000)).toBe(true);
            await stage.release("last");
            expect((await request).status).toBe(200);
            expect(await stopped).toContain('"status":200');
        });
    });
});
