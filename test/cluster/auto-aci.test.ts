import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { AutoStage, type Settings, warnings } from "./auto-stage";
import { MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it needs Linux and root";
/** How long a renewal may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 240_000;

const HOST = "score.auto.test";

const SERVICE: Settings = {
    name: "auto",
    resourceGroup: { name: "auto-aci" },
    model: { image: MODEL_IMAGE, cpu: 0.05, memoryInGB: 0.1, readiness: { periodSeconds: 1 } },
    front: { image: "localhost/front:3.0" },
    leafDomainLabel: "auto",
};

// The two wait for different things most of the time, so they wait side by side.
describe.skipIf(CANNOT_RUN)(`TlsMode.Auto${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    describe.concurrent("under Azure's own name", () => {
        describe.sequential("with its authority", () => {
            let stage: AutoStage;
            const pebble = () => stage.authority.pebble;

            beforeAll(async () => {
                stage = await AutoStage.open(testSandbox(), SERVICE);
            });
            afterAll(() => stage?.close());

            it.sequential("has a certificate when the first update ends, asked for on port 80", async () => {
                const outcome = await stage.up();
                expect(warnings(outcome)).toEqual([]);
                const shown = await stage.shown(stage.outputs.fqdn);
                expect(shown.trusted).toBe(true);
                expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
            });

            it.sequential("has nothing to change then, and tells neither key nor certificate", async () => {
                expect((await stage.project.preview()).steps).toEqual([]);
                expect(Object.keys(stage.outputs)).not.toContain("certificate");
                expect(JSON.stringify(await stage.project.outputs())).not.toContain("PRIVATE KEY");
            });

            it.sequential(
                "orders nothing when the group restarts, and shows the same certificate",
                async () => {
                    const before = await stage.shown(stage.outputs.fqdn);
                    await stage.configure({ "limits.maxQueueWaitMs": "600" });
                    await stage.up();
                    expect(await stage.shown(stage.outputs.fqdn)).toEqual(before);
                    expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
                },
            );

            it.sequential("gets another one at once when it is told to, once", async () => {
                const before = await stage.shown(stage.outputs.fqdn);
                await stage.configure({ "tls.renewalTrigger": "the key was on a lost laptop" });
                await stage.up();
                const isNew = async () => {
                    const shown = await stage.shown(stage.outputs.fqdn);
                    return shown.trusted && shown.fingerprint !== before.fingerprint;
                };
                expect(await eventually(isNew, PATIENCE_MS)).toBe(true);
                expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 2, certificates: 2 });
            });
        });

        describe.sequential("without its authority", () => {
            let stage: AutoStage;

            beforeAll(async () => {
                stage = await AutoStage.open(testSandbox(), {
                    ...SERVICE,
                    tls: { acme: { waitSeconds: 10 } },
                });
            });
            afterAll(() => stage?.close());

            it.sequential(
                "warns at the end of the first update, answers 503, and serves when the authority is there",
                async () => {
                    await stage.authority.pebble.goAway();
                    const outcome = await stage.up();
                    const { fqdn } = stage.outputs;
                    expect(warnings(outcome)).toEqual([
                        expect.stringMatching(
                            `there is no certificate for ${fqdn} after 10 seconds.*az container logs`,
                        ),
                    ]);
                    expect(await stage.shown(fqdn)).toMatchObject({
                        trusted: false,
                        subject: "CN=placeholder until the certificate is issued",
                    });
                    const { status, body } = await stage.answer(`https://${fqdn}/score`);
                    expect({ status, body: JSON.parse(body) as unknown }).toMatchObject({
                        status: 503,
                        body: { error: { code: "CertificatePending" } },
                    });
                    await stage.authority.pebble.comeBack();
                    const isTrusted = async () => (await stage.shown(fqdn)).trusted;
                    expect(await eventually(isTrusted, PATIENCE_MS)).toBe(true);
                },
            );
        });
    });

    describe.concurrent("in a zone", () => {
        const LIFETIME_SECONDS = 360;
        const ZONED = "auto-aci-zoned";
        let stage: AutoStage;
        const pebble = () => stage.authority.pebble;
        const url = `https://${HOST}/score`;

        beforeAll(async () => {
            stage = await AutoStage.open(
                testSandbox(),
                {
                    ...SERVICE,
                    name: "zoned",
                    resourceGroup: { name: ZONED },
                    leafDomainLabel: "zoned",
                    environment: "Development",
                    // No request is sent away because others wait, and revisions take over from each other soon.
                    limits: {
                        maxConcurrentRequestsPerContainer: 300,
                        maxQueueWaitMs: 2_000,
                        scoringTimeoutMs: 2_000,
                    },
                    revisionTimeoutSeconds: 20,
                    tls: { hostname: HOST },
                    dns: { zoneName: "auto.test", createZone: true, ttl: 2 },
                },
                { lifetimeSeconds: LIFETIME_SECONDS },
            );
        });
        afterAll(() => stage?.close());

        it.sequential("leaves the service as it was while the authority is away", async () => {
            await stage.mode("SelfSigned");
            await stage.up();
            const before = await stage.shown(HOST);
            await pebble().goAway();
            await stage.mode("Auto");
            const outcome = await stage.project.up();
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toContain(
                "it serves the placeholder certificate, because none has been issued yet",
            );
            expect(await stage.shown(HOST)).toEqual(before);
            expect((await stage.answer(`https://${HOST}/`)).status).toBe(200);
        });

        it.sequential(
            "goes on by itself when the authority is back, and the next update moves the name",
            async () => {
                await pebble().comeBack();
                await stage.configure({ revisionTimeoutSeconds: "240" });
                await stage.up();
                expect((await stage.shown(HOST)).trusted).toBe(true);
            },
        );

        it.sequential("renews in the running service, and no request notices", async () => {
            const started = await stage.startedContainers(ZONED);
            const renewal = await stage.renewalUnderLoad(HOST, url, PATIENCE_MS);
            expect(renewal).toEqual({ renewed: true, any: true, firstFailures: [] });
            expect((await stage.shown(HOST)).trusted).toBe(true);
            expect(await stage.startedContainers(ZONED)).toEqual(started);
        });
    });
});
