import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, PRIMARY_KEY } from "../support/front-stage";

/** A slow reader needs four seconds for a long response. */
const ONE = iris({ maxConcurrentRequests: 1, maxQueueWaitMs: 2_000, maxBodyBytes: 10_000_000 });
const SEVERAL = iris({ maxConcurrentRequests: 8, maxQueueWaitMs: 5_000, requestTimeoutMs: 60_000 });

/** Lines of the long responses: 2.4 MB. */
const LINES = 350_000;
const TEXT = Array.from({ length: LINES }, (_, index) => `${index}\n`).join("");

/** Prints the milliseconds between the parts of a response. */
const GAPS = `
    const session = require("http2").connect("https://127.0.0.1", { rejectUnauthorized: false });
    const headers = { ":method": "POST", ":path": "/score", authorization: "Bearer " + process.argv[1], "x-drip": "50" };
    const request = session.request(headers);
    const gaps = [];
    let last;
    request.on("data", () => {
        if (last) gaps.push(Date.now() - last);
        last = Date.now();
        if (gaps.length === 20) { console.log(JSON.stringify(gaps)); process.exit(0); }
    });
    request.end("{}");
`;

/** Reads 20 kB per second. Prints how much it has got when the response ends or is cut. */
const SLOW_READER = `
    const session = require("http2").connect("https://127.0.0.1", { rejectUnauthorized: false });
    const headers = { ":method": "POST", ":path": "/score", authorization: "Bearer " + process.argv[1], "x-lines": "${LINES}" };
    const request = session.request(headers);
    const start = Date.now();
    let bytes = 0;
    setInterval(() => (bytes += request.read(2000)?.length ?? 0), 100);
    const end = () => { console.log(JSON.stringify({ bytes, seconds: (Date.now() - start) / 1000 })); process.exit(0); };
    request.on("close", end).on("error", end).pause();
    request.end("{}");
`;

describe.skipIf(CANNOT_RUN)(titled("the front with slow readers"), () => {
    const stage = new FrontStage();

    beforeAll(() => stage.open());
    afterAll(() => stage.close());

    const long = (...options: readonly string[]) => stage.score("--header", `x-lines: ${LINES}`, ...options);

    describe.each([
        ["one request at a time", ONE],
        ["several requests at a time, and a limit for whole requests", SEVERAL],
    ])("%s", (_, model) => {
        beforeAll(() => stage.startFront(overTls({ model })));

        it.each([
            ["HTTP/1.1", ["--http1.1"]],
            ["HTTP/1.1, chunks and a trailer", ["--http1.1", "--header", "x-chunked: yes"]],
            ["HTTP/2", ["--http2"]],
            ["HTTP/2, chunks and a trailer", ["--http2", "--header", "x-chunked: yes"]],
        ])("gives a slow reader every byte while others get the place (%s)", async (__, options) => {
            const slow = [1, 2].map(() => long("--data", "{}", "--limit-rate", "600k", ...options));
            await sleep(500);
            for (let count = 0; count < 5; count++) {
                expect((await stage.score("--data", "{}")).status).toBe(200);
            }
            for (const { status, body } of await Promise.all(slow)) {
                expect(status).toBe(200);
                expect(body === TEXT).toBe(true);
            }
        });

        it("does the same for the response to a large body", async () => {
            writeFileSync(stage.file("large"), Buffer.alloc(500_000));
            const slow = long("--data-binary", `@${stage.file("large")}`, "--limit-rate", "600k");
            await sleep(1_000);
            expect((await stage.score("--data", "{}")).status).toBe(200);
            expect((await slow).body === TEXT).toBe(true);
        });
    });

    it("disconnects a client that reads less than 64 KiB per second", async () => {
        await stage.startFront(overTls({ model: ONE }));
        const { stdout } = await stage.inside([process.execPath, "-e", SLOW_READER, PRIMARY_KEY]);
        const { bytes, seconds } = JSON.parse(stdout) as { bytes: number; seconds: number };
        expect(bytes).toBeLessThan(TEXT.length);
        expect(seconds).toBeGreaterThan(5);
        expect(seconds).toBeLessThan(25);
    });

    it("sends each part of a response when it arrives", async () => {
        const { stdout } = await stage.inside([process.execPath, "-e", GAPS, PRIMARY_KEY]);
        const gaps = (JSON.parse(stdout) as number[]).sort((a, b) => a - b);
        expect(gaps[10]).toBeLessThan(90);
    });

    it("logs the time in the queue, and a second line for a request that waited too long", async () => {
        const held = stage.hold("first");
        await stage.holding("first");
        const late = await stage.score("--data", "{}");
        await stage.release("first");
        expect([late.status, (await held).status]).toEqual([503, 200]);
        const log = await stage.stopFront();
        const lines = log.split("\n").filter(line => line.startsWith("{"));
        const entries = lines.map(line => JSON.parse(line) as Record<string, unknown>);
        const id = late.headers["x-request-id"];
        expect(entries.filter(entry => entry.id === id)).toEqual([
            expect.objectContaining({ at: ":responses", model: "iris", end: "sQ", status: 503 }),
            expect.objectContaining({ path: "/score", model: "iris", status: 503 }),
        ]);
        const waited = entries.find(entry => entry.id === id && entry.at === undefined);
        expect(waited?.queueMs).toBeGreaterThan(400);
    });
});
