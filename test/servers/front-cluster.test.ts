import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
    CERTIFICATE_FILE,
    frontFiles,
    frontScripts,
    UNPRIVILEGED_HTTP_PORT,
    type PodFrontModel,
    type PodFrontSettings,
} from "../../components/front";
import { eventually } from "../../sandbox/processes/wait";
import { inCluster, irisInCluster } from "../support/front-settings";
import type { Outcome } from "../support/front-cluster-around";
import { ClusterStage, digest, HOST } from "../support/front-cluster-stage";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";

const KEY = "key-of-iris";

describe.skipIf(CANNOT_RUN)(titled("the fronts of a cluster"), () => {
    const stage = new ClusterStage();
    let settings: PodFrontSettings;

    beforeAll(async () => {
        await stage.open();
        stage.secrets({ "key-digests": `iris:${digest(KEY)}` });
        const many = Array.from({ length: 8 }, (_, number) =>
            stage.model(`many-${number}`, [111 + number], 5),
        );
        const models: PodFrontModel[] = [
            await stage.model("slow", [101], 1_000),
            await stage.model("late", [102], 1_000, { maxQueueWaitMs: 300 }),
            await stage.model("short", [103], 1_000, { maxQueuedRequests: 1 }),
            await stage.model("quick", [104, 105], 5, { maxConcurrentRequests: 2 }),
            await stage.model("iris", [106], 5, {
                ...{ keysRequired: true, maxBodyBytes: 2_000_000 },
            }),
            await stage.model("wine", [107], 5, { plainHttp: true, hostname: "wine.test" }),
            await stage.model("rose", [108], 5, { hostname: "rose.test" }),
            ...(await Promise.all(many)),
        ];
        settings = { tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 60, followed: true }, models };
        await stage.startFronts(settings);
        await stage.queueOwners(1, 2);
    });
    afterAll(() => stage.close());

    describe("configuration", () => {
        const golden = path.join(__dirname, "..", "unit", "front", "golden-pod");
        const scripts = { ...frontScripts("followed"), ...frontScripts("stored") };

        it.each(readdirSync(golden))("HAProxy 3.0 accepts it without warnings: %s", async variant => {
            const files = readdirSync(path.join(golden, variant)).map(
                name => [name, readFileSync(path.join(golden, variant, name), "utf8")] as const,
            );
            const checked = await stage.check({ ...scripts, ...Object.fromEntries(files) });
            expect(checked).toEqual({ valid: true, output: "" });
        });

        // Names that HAProxy or other sections of the configuration also use.
        it.each(["http", "https", "redirect", "global", "cluster", "1", "a--b"])(
            "HAProxy accepts the model name %s",
            async name => {
                const files = frontFiles(inCluster({ models: [irisInCluster({ name })] }));
                expect(await stage.check(files)).toEqual({ valid: true, output: "" });
            },
        );
    });

    describe("have one queue per model", () => {
        it("each front owns some of them", async () => {
            const owners = new Set<number>();
            for (let number = 0; number < 8; number++)
                owners.add(await stage.ownerOf(`many-${number}`, [1, 2]));
            expect([...owners].sort()).toEqual([1, 2]);
        });

        it("a model with limit 1 gets one request at a time, and other models do not wait", async () => {
            const slow = stage.burst(4, "slow");
            await stage.load("others", "quick", { clients: 4, pauseMs: 20 });
            expect((await slow).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
            const others = await stage.stopLoad("others");
            expect(await stage.seen("slow")).toMatchObject({ most: 1, seen: 4 });
            expect(Object.keys(others.answers)).toEqual(["200"]);
            // The slow model took four seconds.
            expect(others.slowestMs).toBeLessThan(1_000);
        });

        it("the limit applies to each replica of a model", async () => {
            const answers = await stage.burst(60, "quick");
            expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
            expect((await stage.seen("quick")).mostAt).toEqual({ "10.99.0.104": 2, "10.99.0.105": 2 });
        });

        it("requests that wait too long get 503", async () => {
            const answers = await stage.burst(4, "late");
            expect(statuses(answers)).toEqual([200, 503, 503, 503]);
            for (const { headers, body } of answers.filter(({ status }) => status === 503)) {
                expect(headers["retry-after"]).toBe("1");
                expect(JSON.parse(body)).toMatchObject({ error: { code: "ServiceUnavailable" } });
            }
            expect(await stage.seen("late")).toMatchObject({ most: 1, seen: 1 });
        });

        it("requests beyond the length of the queue get 503", async () => {
            expect(statuses(await stage.burst(4, "short"))).toEqual([200, 200, 503, 503]);
            expect((await stage.seen("short")).most).toBe(1);
        });

        it("a client that disconnects leaves the queue and the model", async () => {
            await stage.ask("modelForget", { name: "slow" });
            await stage.ask("modelDelay", { name: "slow", delayMs: 2_000 });
            const working = stage.request("slow", { abortMs: 1_800 });
            expect(await eventually(async () => (await stage.seen("slow")).now === 1, 1_500)).toBe(true);
            const waiting = stage.burst(2, "slow", { abortMs: 300 });
            for (const { error } of [await working, ...(await waiting)]) expect(error).toBe("ECONNRESET");
            await stage.ask("modelDelay", { name: "slow", delayMs: 1_000 });
            expect((await stage.request("slow")).status).toBe(200);
            expect(await stage.seen("slow")).toMatchObject({ seen: 2, aborted: 1 });
        });
    });

    describe("respond", () => {
        const authorization = `Bearer ${KEY}`;

        it.each([
            ["small", 100],
            ["larger than a buffer", 1_500_000],
        ])("with 401 and 413 before and while a body arrives: %s", async (_, bodyBytes) => {
            for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
                const without = await stage.burst(2, "iris", { bodyBytes, headers });
                expect(statuses(without)).toEqual([401, 401]);
                const withKey = await stage.burst(2, "iris", {
                    bodyBytes,
                    headers: { ...headers, authorization },
                });
                expect(statuses(withKey)).toEqual([200, 200]);
                expect((await stage.seen("iris")).last).toMatchObject({ url: "/score", bytes: bodyBytes });
                const tooLarge = await stage.burst(2, "wine", { bodyBytes, headers });
                expect(statuses(tooLarge)).toEqual(bodyBytes > 1_048_576 ? [413, 413] : [200, 200]);
            }
        });

        it("with the id of the request, and forward the id and the client's address to the model", async () => {
            const answer = await stage.request("wine", { headers: { "x-request-id": "order-17" } });
            expect(answer.headers).toMatchObject({
                "x-request-id": "order-17",
                "strict-transport-security": "max-age=60",
            });
            expect(answer.headers).not.toHaveProperty("server");
            expect((await stage.seen("wine")).last?.headers).toMatchObject({
                ...{
                    "x-request-id": "order-17",
                    "x-forwarded-for": "10.99.0.1",
                    "x-forwarded-proto": "https",
                },
            });
        });

        it("over plain HTTP for the model that allows it, and redirect other requests to HTTPS", async () => {
            const plain = { plain: true, port: UNPRIVILEGED_HTTP_PORT };
            const answer = await stage.request("wine", plain);
            expect(answer.status).toBe(200);
            expect(answer.headers).not.toHaveProperty("strict-transport-security");
            expect((await stage.seen("wine")).last?.headers["x-forwarded-proto"]).toBe("http");
            const own = await stage.request("wine", { ...plain, host: "wine.test", path: "/score" });
            expect(own.status).toBe(200);
            for (const [host, path] of [
                [HOST, "/api/v1/service/iris/score"],
                ["rose.test", "/score"],
                [HOST, "/nowhere"],
            ]) {
                const moved = await stage.request("iris", {
                    ...plain,
                    path,
                    headers: { host: `${host}:80` },
                });
                expect([moved.status, moved.headers.location]).toEqual([308, `https://${host}${path}`]);
            }
        });

        it.each([
            ["wine.test", "/score", 200, '"model":"wine"'],
            ["ROSE.test:443", "/score", 200, '"model":"rose"'],
            ["rose.test", "/swagger.json", 200, '"url":"/swagger.json"'],
            ["rose.test", "/", 200, "Healthy"],
            ["rose.test", "/api/v1/service/wine/score", 200, '"model":"wine"'],
            ["iris.test", "/score", 404, "NotFound"],
            [HOST, "/score", 404, "NotFound"],
            [HOST, "/", 404, "NotFound"],
            [HOST, "/owner", 404, "NotFound"],
            [HOST, "/api/v1/service/none/score", 404, "NotFound"],
        ])("by host name and path: %s%s", async (host, path, status, contents) => {
            const answer = await stage.request("", { path, headers: { host } });
            expect(answer.status).toBe(status);
            expect(answer.body).toContain(contents);
        });
    });

    it("serve a changed certificate without a restart, and ignore an invalid one", async () => {
        const processes = await stage.pids(1);
        await stage.load("h1", "quick", { clients: 3, pauseMs: 20 });
        await stage.load("h2", "quick", { clients: 3, pauseMs: 20, http2: true });
        const served = (serial: string) => eventually(async () => (await stage.served(1)) === serial, 6_000);

        const good = await stage.newCertificate();
        expect(await served(good)).toBe(true);

        const { chain } = await stage.authority.leaf(HOST);
        stage.secrets({ [CERTIFICATE_FILE]: chain });
        await stage.logged(1, "cannot be used");
        stage.secrets({ [CERTIFICATE_FILE]: "-----BEGIN CERTIFICATE-----\nhalf" });
        await stage.logged(1, "cannot be used", 2);
        expect(await stage.served(1)).toBe(good);

        expect(await served(await stage.newCertificate())).toBe(true);
        for (const id of ["h1", "h2"]) {
            const { answers, connections } = await stage.stopLoad(id);
            expect({ answers, connections }).toEqual({
                answers: { 200: expect.any(Number) as number },
                connections: 3,
            });
        }
        expect(await stage.pids(1)).toEqual(processes);
    });

    it("lose no request of clients with open connections when one stops", async () => {
        await stage.addFront(3, settings, [1, 2, 3]);
        await stage.queueOwners(1, 2, 3);
        await stage.endpoints(1, 2, 3);
        await stage.ask("modelForget", { name: "slow" });
        await stage.load("h1", "quick", { clients: 6, pauseMs: 20 });
        await stage.load("h2", "quick", { clients: 6, pauseMs: 20, http2: true });
        await stage.load("slow", "slow", { clients: 3, pauseMs: 0 });
        for (let number = 0; number < 8; number++)
            await stage.load(`many-${number}`, `many-${number}`, { clients: 1, pauseMs: 50 });

        const stopped = stage.stopFront(1);
        const others = async () => (await stage.owners(2)) === 2 && (await stage.owners(3)) === 2;
        expect(await eventually(others, 3_000)).toBe(true);
        expect(await stage.health(1, "/ready")).toBe(503);
        expect(await stage.health(1, "/live")).toBe(200);
        // The load balancer reacts later; new connections still arrive.
        await stage.burst(6, "quick");
        await stage.endpoints(2, 3);
        const log = await stopped;

        for (const id of [
            "h1",
            "h2",
            "slow",
            ...Array.from({ length: 8 }, (_, number) => `many-${number}`),
        ]) {
            expect([id, Object.keys((await stage.stopLoad(id)).answers)]).toEqual([id, ["200"]]);
        }
        // The remaining requests of the old queue, and those of the new one.
        expect((await stage.seen("slow")).most).toBeLessThanOrEqual(2);
        expectLog(log);
    });

    it("lose only the requests in progress when one is killed", async () => {
        const models = Array.from({ length: 8 }, (_, number) => `many-${number}`);
        const kept: string[] = [];
        for (const model of models) if ((await stage.ownerOf(model, [2, 3])) === 2) kept.push(model);
        expect(kept.length).toBeGreaterThan(0);
        await stage.endpoints(3);
        for (const model of kept) await stage.load(model, model, { clients: 2, pauseMs: 5 });
        await stage.killFront(2);
        const others = async () => (await stage.owners(3)) === 1;
        expect(await eventually(others, 3_000)).toBe(true);
        await Promise.all(kept.map(model => stage.burst(4, model)));
        for (const model of kept) {
            const { answers, slowestMs } = await stage.stopLoad(model);
            // HAProxy closes the client's connection without a response when a reused connection breaks.
            const { 200: answered = 0, 502: lost = 0, ECONNRESET: cut = 0, ...more } = answers;
            expect(more).toEqual({});
            expect(lost + cut).toBeLessThanOrEqual(2);
            expect(answered).toBeGreaterThan(2);
            expect(slowestMs).toBeLessThan(2_000);
        }
    });

    it("serve alone when DNS lists no front, and without a model that has no replicas", async () => {
        const broken = {
            ...settings.models[0],
            name: "broken",
            host: "broken.ml.svc.cluster.local",
        } as PodFrontModel;
        await stage.startFront(4, {
            ...{ ...settings, models: [...settings.models, broken] },
            fronts: { host: "none.ml.svc.cluster.local", most: 4 },
        });
        expect(await eventually(async () => (await stage.health(4, "/live")) === 200, 5_000)).toBe(true);
        expect(await stage.health(4, "/ready")).toBe(503);
        await stage.ready(4);
        const to = stage.address(4);
        expect((await stage.request("quick", { to })).status).toBe(200);
        const answer = await stage.request("broken", { to });
        expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    });

    function expectLog(log: string): void {
        const requests = log
            .split("\n")
            .filter(line => line.startsWith("{"))
            .map(line => JSON.parse(line) as { at: string; id: string; model: string | null });
        const quick = requests.filter(({ at, model }) => at === "https" && model === "quick");
        expect(quick.length).toBeGreaterThan(0);
        for (const entry of quick) {
            expect(entry).toMatchObject({
                ...{ client: "10.99.0.1", method: "POST", path: "/api/v1/service/quick/score", status: 200 },
                tls: "TLSv1.3",
            });
        }
        const queued = requests.filter(({ at }) => at === ":queue");
        expect(queued.length).toBeGreaterThan(0);
        expect(queued[0]).toMatchObject({
            client: "10.99.0.1",
            entry: expect.stringMatching(/^10\.99\.0\.1\d$/) as string,
        });
        expect(requests.some(({ at, id }) => at === "https" && queued.some(each => each.id === id))).toBe(
            true,
        );
        expect(log).not.toContain(KEY);
        // The ownership checks, twice a second, must not be logged.
        expect(queued.every(({ model }) => model !== null)).toBe(true);
    }
});

function statuses(answers: readonly Outcome[]): (number | string | undefined)[] {
    return answers.map(({ status, error }) => status ?? error).sort();
}
