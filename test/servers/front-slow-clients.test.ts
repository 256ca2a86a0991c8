import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, HOST, PRIMARY_KEY } from "../support/front-stage";

/** The default of Azure ML v1: one request at a time, others wait for half a second. */
const MODEL = iris({ maxConcurrentRequests: 1, maxQueueWaitMs: 500, maxBodyBytes: 10_000_000 });

/** A client in TLS that sends the first bytes of a body, then one byte per second, until the connection ends. Prints the response. */
const SLOW_SENDER = `
    const [first, framing, key] = process.argv.slice(1);
    const socket = require("tls").connect({ port: 443, host: "127.0.0.1", rejectUnauthorized: false });
    const part = text => socket.write(framing === "chunked" ? text.length.toString(16) + "\\r\\n" + text + "\\r\\n" : text);
    socket.write("POST /score HTTP/1.1\\r\\nhost: ${HOST}\\r\\nauthorization: Bearer " + key + "\\r\\n"
        + (framing === "chunked" ? "transfer-encoding: chunked" : "content-length: 1000000") + "\\r\\n\\r\\n");
    part("x".repeat(Number(first)));
    const timer = setInterval(() => part("x"), 1000);
    socket.on("data", data => { console.log(String(data)); process.exit(0); });
    socket.on("close", () => process.exit(0));
    socket.on("error", () => process.exit(0));
`;

/** A client of HTTP/2 that never reads: its window is closed. Prints "sent". */
const CLOSED_WINDOW = `
    const session = require("http2").connect("https://127.0.0.1", { rejectUnauthorized: false, settings: { initialWindowSize: 0 } });
    const request = session.request({ ":method": "POST", ":path": "/score", authorization: "Bearer " + process.argv[1] });
    request.on("response", () => console.log("sent"));
    request.end("{}");
    setTimeout(() => process.exit(0), 5_000);
`;

describe.skipIf(CANNOT_RUN)(titled("the front with slow clients"), () => {
    const stage = new FrontStage();

    beforeAll(async () => {
        await stage.open();
        await stage.startFront(overTls({ model: MODEL }));
    });
    afterAll(() => stage.close());

    const run = (program: string, ...args: readonly string[]) =>
        stage.inside([process.execPath, "-e", program, ...args]);

    it("gives no place to a body that arrives slowly, whatever its size and framing", async () => {
        const kinds = [
            ["100", "length"],
            ["20000", "length"],
            ["20000", "chunked"],
            ["200000", "length"],
            ["200000", "chunked"],
        ] as const;
        const slow = kinds.flatMap(kind => [1, 2].map(() => run(SLOW_SENDER, ...kind, PRIMARY_KEY)));
        let ended = false;
        const all = Promise.all(slow).finally(() => (ended = true));
        while (!ended) {
            expect((await stage.score("--data", "{}")).status).toBe(200);
            await sleep(100);
        }
        for (const { stdout } of await all) expect(stdout).toContain("HTTP/1.1 408 ");
    });

    it("judges the key before it waits for the body", async () => {
        const start = Date.now();
        expect((await run(SLOW_SENDER, "0", "length", "another")).stdout).toContain("HTTP/1.1 401 ");
        expect(Date.now() - start).toBeLessThan(5_000);
    });

    it("frees the place when the model has answered, not when the client has read", async () => {
        const clients = [1, 2, 3].map(() => run(CLOSED_WINDOW, PRIMARY_KEY));
        for (let count = 0; count < 20; count++) {
            expect((await stage.score("--data", "{}")).status).toBe(200);
            await sleep(100);
        }
        const seen = (await Promise.all(clients)).map(({ stdout }) => stdout);
        expect(seen).toEqual(["sent", "sent", "sent"]);
    });

    it("has no socket in the abstract namespace, which containers of a group share", async () => {
        const { stdout } = await stage.inside(["cat", "/proc/net/unix"]);
        expect(stdout.split("\n").filter(line => line.includes("@"))).toEqual([]);
    });

    it("refuses a request of HTTP/1.1 without Host", async () => {
        const answer = await stage.score("--http1.1", "--header", "Host:");
        expect(answer.status).toBe(400);
    });

    it("does not forward a list of identifiers of which only one is valid", async () => {
        const answer = await stage.score("--header", "x-request-id: ok, <script>");
        expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    });

    it("ends a response that takes longer than requestTimeoutMs", async () => {
        await stage.startFront(
            overTls({ model: { ...MODEL, scoringTimeoutMs: 2_000, requestTimeoutMs: 3_000 } }),
        );
        const start = Date.now();
        await expect(stage.score("--data", "{}", "--header", "x-drip: 500")).rejects.toThrow(/curl/);
        expect(Date.now() - start).toBeGreaterThan(2_500);
        expect(Date.now() - start).toBeLessThan(8_000);
        expect((await stage.score("--data", "{}")).status).toBe(200);
    });
});
