import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { startLoad } from "../../sandbox/testing/load";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { type Pod, SMALL_MODEL } from "../support/aks-stage";
import { FULL } from "../../sandbox/testing/full";
import type { Settings } from "../support/service-stack";
import { type AutoStage, RENEWAL_TIMEOUT_MS } from "./auto-stage";
import { expectRenewalWithoutFailures, LIFETIME_SECONDS, stageOfSuite } from "./auto-suite";

const FRONTS = 3;
const HOST = "score.auto-aks.test";

const SERVICE: Settings = {
    hosting: "Kubernetes",
    name: "auto",
    resourceGroup: { name: "auto-aks" },
    cluster: { create: { purpose: "DevTest" } },
    front: { image: "localhost/front:3.0", replicas: FRONTS, cpu: 0.02, memoryInGB: 0.125 },
    models: { small: { ...SMALL_MODEL, replicas: 1, keys: { enabled: false } } },
    // The queue is long enough for a busy machine: these tests are not about overload.
    limits: { maxConcurrentRequestsPerContainer: 300, maxQueueWaitMs: 20_000, scoringTimeoutMs: 20_000 },
    leafDomainLabel: "auto-aks",
};

/** UID and restart count of the pods of a component that are not being deleted. */
async function pods(stage: AutoStage, component: string): Promise<string[]> {
    const text = await stage.kubectl.run(
        ...["get", "pods", "--namespace", stage.outputs.namespace ?? "", "--output", "json"],
        ...["--selector", `app.kubernetes.io/component=${component}`],
    );
    return (JSON.parse(text) as { items: Pod[] }).items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount}`)
        .sort();
}

describe.skipIf(CANNOT_RUN)(titled("TlsMode.Auto on Kubernetes with Dns01"), () => {
    const stage = stageOfSuite(
        {
            ...SERVICE,
            environment: "Development",
            tls: { hostname: HOST },
            dns: { zoneName: "auto-aks.test", createZone: true, ttl: 5 },
        },
        { lifetimeSeconds: LIFETIME_SECONDS },
    );
    const pebble = () => stage().authority.pebble;

    it("has a certificate on every front when the first update ends", async () => {
        const outcome = await stage().up();
        expect(outcome.warnings).toEqual([]);
        const all = await Promise.all(
            Array.from({ length: 4 * FRONTS }, () => stage().servedCertificate(HOST)),
        );
        expect(all.filter(one => !one.trusted)).toEqual([]);
        expect(new Set(all.map(one => one.fingerprint)).size).toBe(1);
        expect(pebble().counts()).toMatchObject({ orders: 1, certificates: 1 });
        expect((await stage().project.preview()).steps).toEqual([]);
    });

    it("renews in the running fronts without a failed request", async () => {
        const fronts = () => pods(stage(), "front");
        expect(await fronts()).toHaveLength(FRONTS);
        await expectRenewalWithoutFailures(stage(), `https://${HOST}/api/v1/service/small/score`, fronts);
    });

    it.runIf(FULL)("replaces a self-signed certificate without a failed request", async () => {
        // SelfSigned deletes the certificate store, so Auto starts with the served certificate only.
        stage().mode("SelfSigned");
        await stage().up();
        const before = pebble().counts();
        const { authority = "" } = stage().outputs.certificate ?? {};
        const load = await startLoad({
            url: `https://${HOST}/api/v1/service/small/score`,
            rate: 50,
            // Clients trust both authorities.
            ca: stage().workspace.write("both.pem", authority + stage().authority.pebble.root),
            resolve: stage().outputs.ipAddress,
            body: "{}",
            seconds: RENEWAL_TIMEOUT_MS / 1000,
        });
        stage().mode("Auto");
        await stage().up();
        const { requests, firstFailures } = await load.stop();
        expect({ firstFailures, any: requests > 0 }).toEqual({ firstFailures: [], any: true });
        expect((await stage().servedCertificate(HOST)).trusted).toBe(true);
        expect(pebble().counts(before)).toMatchObject({ certificates: 1 });
    });

    it.runIf(FULL)(
        "gets a new certificate when tls.renewalTrigger changes, with a new pod of the issuer only",
        async () => {
            const before = await stage().servedCertificate(HOST);
            const { certificates } = pebble().counts();
            const fronts = await pods(stage(), "front");
            const issuers = await pods(stage(), "issuer");
            stage().configure({ "tls.renewalTrigger": "the key was on a lost laptop" });
            const { steps } = await stage().up();
            expect(steps.map(({ op, name }) => [op, name])).toEqual([["update", "auto-issuer"]]);
            expect(await stage().servesAnother(HOST, before)).toBe(true);
            expect(pebble().counts().certificates).toBeGreaterThan(certificates);
            expect(await pods(stage(), "front")).toEqual(fronts);
            expect(await pods(stage(), "issuer")).not.toEqual(issuers);
        },
    );
});

describe.skipIf(CANNOT_RUN || !FULL)(titled("TlsMode.Auto on Kubernetes with Http01"), () => {
    const stage = stageOfSuite(SERVICE);

    it("has a certificate for Azure's name on every front when the first update ends", async () => {
        expect((await stage().up()).warnings).toEqual([]);
        const { fqdn } = stage().outputs;
        const all = await Promise.all(
            Array.from({ length: 4 * FRONTS }, () => stage().servedCertificate(fqdn)),
        );
        expect(all.filter(one => !one.trusted)).toEqual([]);
        const asked = Array.from({ length: 4 * FRONTS }, () =>
            execa("curl", [
                ...["-sS", "--cacert", stage().rootFile],
                ...["--resolve", `${fqdn}:443:${stage().outputs.ipAddress}`],
                ...["--data", "{}", "--output", "/dev/null", "--write-out", "%{http_code}"],
                `https://${fqdn}/api/v1/service/small/score`,
            ]),
        );
        expect(new Set((await Promise.all(asked)).map(one => one.stdout))).toEqual(new Set(["200"]));
        // No challenge before the load balancer reaches a front: public authorities limit failed attempts.
        expect(stage().authority.pebble.counts()).toMatchObject({
            orders: 1,
            certificates: 1,
            failedAuthorizations: 0,
        });
    });
});
