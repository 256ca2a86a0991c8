import type { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { HOST, PRIMARY_KEY } from "../support/front-stage";
import { FULL } from "../../sandbox/testing/full";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { OWN_ADDRESS } from "../../sandbox/testing/own-address";
import { IssuerStage } from "./issuer-stage";
import { startLoad } from "../../sandbox/testing/load";

const MINUTES = 60_000;

/** Short, but longer than an order takes. */
const LIFETIME_SECONDS = 40;
const WATCH_MS = 20;

/** On a busy machine, an order for two names, of which one fails, and the order after it take a quarter of this. */
const TWO_ORDERS_LIFETIME_SECONDS = 150;

/** As in issuer.test.ts: groups of cases run concurrently. */
function issuerStage(lifetimeSeconds = LIFETIME_SECONDS): IssuerStage {
    const stage = new IssuerStage();
    beforeAll(() => stage.open({ lifetimeSeconds }), 5 * MINUTES);
    afterAll(() => stage.close());
    afterEach(async () => {
        await stage.pebble.reconnect();
        await stage.clear();
    });
    return stage;
}

describe.skipIf(CANNOT_RUN)(titled("short-lived certificates"), () => {
    describe.concurrent("when they are due", () => {
        const stage = issuerStage();

        it.sequential(
            "are renewed in the running front without a failed request, and the stored file is always complete",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const { frontPid } = stage.front;
                stage.start();
                const first = await stage.stored();
                await stage.serving(first);
                const file = watched(stage.certificateFile());
                const started = await haproxyStarted(stage);
                const load = (keepAlive: boolean) =>
                    startLoad({
                        url: `https://${HOST}:${stage.httpsPort}/score`,
                        resolve: OWN_ADDRESS,
                        ca: stage.rootFile,
                        rate: 100,
                        keepAlive,
                        // The load runs for about as long as the front keeps an idle connection.
                        idleConnections: 1,
                        body: "{}",
                        headers: { authorization: `Bearer ${PRIMARY_KEY}` },
                        seconds: 600,
                    });
                const loads = [await load(true), await load(false)];
                const second = await stage.stored(
                    undefined,
                    ({ serialNumber }) => serialNumber !== first.serialNumber,
                );
                await stage.serving(second);
                const third = await stage.stored(
                    undefined,
                    ({ serialNumber }) => serialNumber !== second.serialNumber,
                );
                await stage.serving(third);
                for (const one of loads) {
                    const { requests, failed, firstFailures } = await one.stop();
                    expect({ failed: failed.length, firstFailures }).toEqual({
                        failed: 0,
                        firstFailures: [],
                    });
                    expect(requests).toBeGreaterThan(500);
                }
                expect(stage.front.frontPid).toBe(frontPid);
                expect(await haproxyStarted(stage)).toBe(started);
                const texts = await file.stop();
                expect(texts.length).toBeGreaterThanOrEqual(3);
                for (const text of texts) {
                    expect(text).toMatch(
                        /^(-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n\n?){2,}-----BEGIN (EC )?PRIVATE KEY-----\n[^-]+-----END (EC )?PRIVATE KEY-----\n$/,
                    );
                }
            },
        );
    });

    describe.concurrent("before they are due", () => {
        const stage = issuerStage();

        it.sequential(
            "stay in use while the authority refuses requests, and are renewed afterwards",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                stage.start();
                const first = await stage.stored();
                await stage.serving(first);
                await stage.pebble.rejectRequests();
                await stage.reported(({ state }) => state === "failing");
                expect(await stage.served()).toBe(first.serialNumber);
                expect((await stage.front.score("--cacert", stage.rootFile, "--data", "{}")).status).toBe(
                    200,
                );
                await stage.pebble.reconnect();
                await stage.serving(
                    await stage.stored(undefined, ({ serialNumber }) => serialNumber !== first.serialNumber),
                );
            },
        );

        it.sequential("are renewed early when the authority suggests it (ARI)", async () => {
            await stage.startPebble();
            try {
                await stage.front.startFront(stage.frontSettings());
                stage.start();
                const first = await stage.stored();
                await stage.reported(({ state }) => state === "valid");
                const before = stage.pebble.counts();
                const now = Date.now();
                await stage.pebble.suggestRenewal(
                    first.toString(),
                    new Date(now - 2_000),
                    new Date(now - 1_000),
                );
                const second = await stage.stored(
                    undefined,
                    ({ serialNumber }) => serialNumber !== first.serialNumber,
                );
                await stage.serving(second);
                expect(stage.pebble.counts(before)).toMatchObject({ orders: 1, replacements: 1 });
            } finally {
                await stage.startPebble({ lifetimeSeconds: LIFETIME_SECONDS });
            }
        });
    });

    describe.concurrent("with several names", () => {
        const stage = issuerStage(TWO_ORDERS_LIFETIME_SECONDS);

        it.runIf(FULL).sequential(
            "are issued and renewed for the names that can be validated; a corrected name is included without a restart",
            async () => {
                const bad = "bad.score.test";
                const settings = stage.settings({ hostnames: [HOST, bad] });
                const covers = (name: string) => (certificate: X509Certificate) =>
                    certificate.checkHost(name) !== undefined;
                await stage.front.startFront(stage.frontSettings(settings));
                const issuer = stage.start(settings);
                const first = await stage.stored(settings);
                expect(first.subjectAltName).toBe(`DNS:${HOST}`);
                await stage.serving(first);
                const report = await stage.reported(({ state }) => state === "incomplete", settings);
                expect(report).toMatchObject({ names: `${HOST},${bad}`, missing: bad, failures: 0 });
                expect(report.reason).toMatch(/^bad\.score\.test .*urn:ietf:params:acme:error:connection/);
                expect(issuer.log()).toMatch(
                    /The certificate lacks bad\.score\.test, the next order for it is in \d+ seconds: .*error:connection/,
                );

                const renewed = await stage.stored(
                    settings,
                    ({ serialNumber }) => serialNumber !== first.serialNumber,
                );
                expect(renewed.subjectAltName).toBe(`DNS:${HOST}`);
                expect(Date.parse(renewed.validFrom)).toBeLessThan(Date.parse(first.validTo));
                await stage.serving(renewed);

                stage.mendName(bad);
                const both = await stage.stored(settings, covers(bad));
                expect(both.subjectAltName).toContain(`DNS:${HOST}`);
                await stage.serving(both);
                expect(await stage.reported(({ state }) => state === "valid", settings)).toMatchObject({
                    missing: "",
                    reason: "",
                });

                // A name of the served certificate fails: it is kept, until the others need a new certificate.
                stage.breakName(bad);
                const { reason } = await stage.reported(({ state }) => state === "failing", settings);
                expect(reason).toMatch(/^The certificate is not renewed without bad\.score\.test yet/);
                const reduced = await stage.stored(settings, certificate => !covers(bad)(certificate));
                expect(Date.parse(reduced.validFrom)).toBeLessThan(Date.parse(both.validTo));
                await stage.serving(reduced);
            },
            12 * MINUTES,
        );

        it.sequential("keep the names of a running service when a new name cannot be validated", async () => {
            const bad = "new.score.test";
            await stage.front.startFront(stage.frontSettings());
            const running = stage.start();
            const before = await stage.stored();
            await stage.serving(before);
            await running.stop();
            const settings = stage.settings({ hostnames: [HOST, bad] });
            await stage.front.startFront(stage.frontSettings(settings));
            stage.start(settings);
            const after = await stage.stored(settings);
            expect(after.subjectAltName).toBe(`DNS:${HOST}`);
            await stage.serving(after);
        });
    });

    describe.concurrent("after they expired", () => {
        const stage = issuerStage();

        it.runIf(FULL).sequential("are ordered again, and served until the new one is issued", async () => {
            const first = stage.start();
            await stage.front.startFront(stage.frontSettings());
            const before = await stage.stored();
            await first.stop();
            await eventually(() => Date.now() > Date.parse(before.validTo), LIFETIME_SECONDS * 1_000);
            await stage.front.startFront(stage.frontSettings());
            expect(await stage.served()).toBe(before.serialNumber);
            stage.start();
            const after = await stage.stored(
                undefined,
                ({ serialNumber }) => serialNumber !== before.serialNumber,
            );
            await stage.serving(after);
        });
    });
});

async function haproxyStarted(stage: IssuerStage): Promise<string> {
    return /haproxy_process_start_time_seconds (\d+)/.exec(await stage.front.metrics())?.[1] ?? "";
}

/** Records every text of a file until `stop`, by polling. A file that cannot be read counts as incomplete. */
function watched(file: string): { stop(): Promise<string[]> } {
    const seen = new Set<string>();
    let stopped = false;
    const watching = (async () => {
        for (; !stopped; await sleep(WATCH_MS, undefined, { ref: false })) {
            seen.add(await readFile(file, "utf8").catch(String));
        }
    })();
    return {
        async stop() {
            stopped = true;
            await watching;
            return [...seen];
        },
    };
}
