import { describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { FULL } from "../../sandbox/testing/full";
import type { Settings } from "../support/service-stack";
import { RENEWAL_TIMEOUT_MS } from "./auto-stage";
import { expectRenewalWithoutFailures, LIFETIME_SECONDS, stageOfSuite } from "./auto-suite";

const HOST = "score.auto.test";
const GROUP = "auto-aci";

const SERVICE: Settings = {
    name: "auto",
    resourceGroup: { name: GROUP },
    model: { image: MODEL_IMAGE, cpu: 0.05, memoryInGB: 0.1 },
    front: { image: "localhost/front:3.0" },
    leafDomainLabel: "auto",
    // The queue is long enough for a busy machine.
    limits: { maxConcurrentRequestsPerContainer: 300, maxQueueWaitMs: 2_000, scoringTimeoutMs: 2_000 },
};

// The stacks mostly wait, so they run concurrently.
describe.skipIf(CANNOT_RUN)(titled("TlsMode.Auto"), () => {
    describe.concurrent("under Azure's name", () => {
        describe.sequential("with a reachable authority", () => {
            const stage = stageOfSuite(SERVICE, { lifetimeSeconds: LIFETIME_SECONDS });
            const pebble = () => stage().authority.pebble;

            it.sequential("has a certificate when the first update ends, validated on port 80", async () => {
                const outcome = await stage().up();
                expect(outcome.warnings).toEqual([]);
                const shown = await stage().servedCertificate(stage().outputs.fqdn);
                expect(shown.trusted).toBe(true);
                expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
            });

            it.sequential(
                "has no changes at the next preview, and outputs neither key nor certificate",
                async () => {
                    expect((await stage().project.preview()).steps).toEqual([]);
                    expect(Object.keys(stage().outputs)).not.toContain("certificate");
                    expect(JSON.stringify(await stage().project.outputs())).not.toContain("PRIVATE KEY");
                },
            );

            it.sequential(
                "serves the same certificate after the group restarts, without a new order",
                async () => {
                    const before = await stage().servedCertificate(stage().outputs.fqdn);
                    stage().configure({ "limits.maxQueueWaitMs": 2_100 });
                    await stage().up();
                    expect(await stage().servedCertificate(stage().outputs.fqdn)).toEqual(before);
                    expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
                },
            );

            it.sequential("gets one new certificate when tls.renewalTrigger changes", async () => {
                const before = await stage().servedCertificate(stage().outputs.fqdn);
                stage().configure({ "tls.renewalTrigger": "the key was on a lost laptop" });
                await stage().up();
                expect(await stage().servesAnother(stage().outputs.fqdn, before)).toBe(true);
                expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 2, certificates: 2 });
            });

            it.sequential("renews in the running service without a failed request", async () => {
                const running = () => stage().startedContainers(GROUP);
                const url = `https://${stage().outputs.fqdn}/score`;
                await expectRenewalWithoutFailures(stage(), url, running);
            });
        });

        describe.runIf(FULL).sequential("with an unreachable authority", () => {
            const stage = stageOfSuite({ ...SERVICE, tls: { acme: { waitSeconds: 10 } } });

            it.sequential(
                "warns after the first update, answers 503, and serves once the authority is reachable",
                async () => {
                    await stage().authority.pebble.disconnect();
                    const outcome = await stage().up();
                    const { fqdn } = stage().outputs;
                    expect(outcome.warnings).toEqual([
                        expect.stringMatching(
                            `No certificate for ${fqdn} after 10 seconds.*az container logs`,
                        ),
                    ]);
                    expect(await stage().servedCertificate(fqdn)).toMatchObject({
                        trusted: false,
                        subject: "CN=placeholder until the certificate is issued",
                    });
                    const { status, body } = await stage().answer(`https://${fqdn}/score`);
                    expect({ status, body: JSON.parse(body) as unknown }).toMatchObject({
                        status: 503,
                        body: { error: { code: "CertificatePending" } },
                    });
                    await stage().authority.pebble.reconnect();
                    const isTrusted = async () => (await stage().servedCertificate(fqdn)).trusted;
                    expect(await eventually(isTrusted, RENEWAL_TIMEOUT_MS)).toBe(true);
                },
            );
        });
    });

    describe.runIf(FULL).concurrent("in a zone", () => {
        const ZONED = "auto-aci-zoned";
        const stage = stageOfSuite(
            {
                ...SERVICE,
                name: "zoned",
                resourceGroup: { name: ZONED },
                leafDomainLabel: "zoned",
                environment: "Development",
                revisionTimeoutSeconds: 20,
                tls: { hostname: HOST },
                dns: { zoneName: "auto.test", createZone: true, ttl: 2 },
            },
            { lifetimeSeconds: LIFETIME_SECONDS },
        );
        const pebble = () => stage().authority.pebble;

        it.sequential("keeps the service unchanged while the authority is unreachable", async () => {
            stage().mode("SelfSigned");
            await stage().up();
            const before = await stage().servedCertificate(HOST);
            await pebble().disconnect();
            stage().mode("Auto");
            const outcome = await stage().project.up();
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toContain(
                "it serves the placeholder certificate, because the certificate store has no certificate yet",
            );
            expect(await stage().servedCertificate(HOST)).toEqual(before);
            expect((await stage().answer(`https://${HOST}/`)).status).toBe(200);
        });

        it.sequential(
            "gets a certificate once the authority is reachable, and the next update moves the CNAME",
            async () => {
                await pebble().reconnect();
                stage().configure({ revisionTimeoutSeconds: 240 });
                await stage().up();
                expect((await stage().servedCertificate(HOST)).trusted).toBe(true);
            },
        );

        it.sequential("renews in the running service without a failed request", async () => {
            const running = () => stage().startedContainers(ZONED);
            await expectRenewalWithoutFailures(stage(), `https://${HOST}/score`, running);
        });
    });
});
