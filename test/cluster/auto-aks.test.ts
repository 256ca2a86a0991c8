import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { SMALL_MODEL } from "../support/aks-stage";
import { AutoStage, type Settings, warnings } from "./auto-stage";
import { startLoad } from "../../sandbox/testing/load";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it needs Linux and root";
/** How long a renewal may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 240_000;
/** The issuer looks every half a minute then, and half of it is longer than any update takes. */
const LIFETIME_SECONDS = 600;
const FRONTS = 3;
const HOST = "score.auto-aks.test";

const SERVICE: Settings = {
    hosting: "Kubernetes",
    name: "auto",
    resourceGroup: { name: "auto-aks" },
    cluster: { create: { purpose: "DevTest" } },
    front: { image: "localhost/front:3.0", replicas: FRONTS, cpu: 0.02, memoryInGB: 0.125 },
    models: { small: { ...SMALL_MODEL, replicas: 1, keys: { enabled: false } } },
    // A busy machine is not what is looked at here: no request is sent away because others wait.
    limits: { maxConcurrentRequestsPerContainer: 300, maxQueueWaitMs: 20_000, scoringTimeoutMs: 20_000 },
    leafDomainLabel: "auto-aks",
};

interface Pod {
    metadata: { name: string; uid: string; deletionTimestamp?: string };
    status: { containerStatuses?: { restartCount: number }[] };
}

/** Pods that are there to stay, by their role, and how often each was started again. */
async function pods(stage: AutoStage, role: string): Promise<string[]> {
    const text = await stage.kubectl(
        ...["get", "pods", "--namespace", stage.outputs.namespace ?? "", "--output", "json"],
        ...["--selector", `app.kubernetes.io/component=${role}`],
    );
    return (JSON.parse(text) as { items: Pod[] }).items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount}`)
        .sort();
}

describe.skipIf(CANNOT_RUN)(
    `TlsMode.Auto on Kubernetes, by DNS${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`,
    () => {
        let stage: AutoStage;
        const pebble = () => stage.authority.pebble;

        beforeAll(async () => {
            stage = await AutoStage.open(
                testSandbox(),
                {
                    ...SERVICE,
                    environment: "Development",
                    tls: { hostname: HOST },
                    dns: { zoneName: "auto-aks.test", createZone: true, ttl: 5 },
                },
                { lifetimeSeconds: LIFETIME_SECONDS },
            );
        });
        afterAll(() => stage?.close());

        it("has a certificate on every front when the first update ends", async () => {
            const outcome = await stage.up();
            expect(warnings(outcome)).toEqual([]);
            const all = await Promise.all(Array.from({ length: 4 * FRONTS }, () => stage.shown(HOST)));
            expect(all.filter(one => !one.trusted)).toEqual([]);
            expect(new Set(all.map(one => one.fingerprint)).size).toBe(1);
            expect(pebble().counts()).toMatchObject({ orders: 1, certificates: 1 });
            expect((await stage.project.preview()).steps).toEqual([]);
        });

        it("renews in the running fronts, and no request notices", async () => {
            const started = await pods(stage, "front");
            expect(started).toHaveLength(FRONTS);
            const url = `https://${HOST}/api/v1/service/small/score`;
            const renewal = await stage.renewalUnderLoad(HOST, url, PATIENCE_MS);
            expect(renewal).toEqual({ renewed: true, any: true, firstFailures: [] });
            expect((await stage.shown(HOST)).trusted).toBe(true);
            expect(await pods(stage, "front")).toEqual(started);
        });

        it("takes over from another certificate by DNS, and no request notices", async () => {
            // With the mode goes the store: there is nothing to begin with but what clients are shown.
            await stage.mode("SelfSigned");
            await stage.up();
            const before = pebble().counts();
            const { authority = "" } = stage.outputs.certificate ?? {};
            const load = await startLoad({
                url: `https://${HOST}/api/v1/service/small/score`,
                rate: 50,
                // Clients trust the one and the other.
                ca: stage.workshop.write("both.pem", authority + stage.authority.pebble.root),
                resolve: stage.outputs.ipAddress,
                body: "{}",
                seconds: PATIENCE_MS / 1000,
            });
            await stage.mode("Auto");
            await stage.up();
            const { requests, firstFailures } = await load.stop();
            expect({ firstFailures, any: requests > 0 }).toEqual({ firstFailures: [], any: true });
            expect((await stage.shown(HOST)).trusted).toBe(true);
            expect(pebble().counts(before)).toMatchObject({ certificates: 1 });
        });

        it("gets another one when it is told to, from a new pod of the issuer alone", async () => {
            const before = await stage.shown(HOST);
            const { certificates } = pebble().counts();
            const fronts = await pods(stage, "front");
            const issuers = await pods(stage, "issuer");
            await stage.configure({ "tls.renewalTrigger": "the key was on a lost laptop" });
            const { steps } = await stage.up();
            expect(steps.map(({ op, name }) => [op, name])).toEqual([["update", "auto-issuer"]]);
            const isNew = async () => {
                const shown = await stage.shown(HOST);
                return shown.trusted && shown.fingerprint !== before.fingerprint;
            };
            expect(await eventually(isNew, PATIENCE_MS)).toBe(true);
            expect(pebble().counts().certificates).toBeGreaterThan(certificates);
            expect(await pods(stage, "front")).toEqual(fronts);
            expect(await pods(stage, "issuer")).not.toEqual(issuers);
        });
    },
);

describe.skipIf(CANNOT_RUN)(
    `TlsMode.Auto on Kubernetes, by HTTP${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`,
    () => {
        let stage: AutoStage;

        beforeAll(async () => {
            stage = await AutoStage.open(testSandbox(), SERVICE);
        });
        afterAll(() => stage?.close());

        it("has a certificate for Azure's name when the first update ends, whichever front is asked", async () => {
            expect(warnings(await stage.up())).toEqual([]);
            const { fqdn } = stage.outputs;
            const all = await Promise.all(Array.from({ length: 4 * FRONTS }, () => stage.shown(fqdn)));
            expect(all.filter(one => !one.trusted)).toEqual([]);
            const asked = Array.from({ length: 4 * FRONTS }, () =>
                execa("curl", [
                    ...["-sS", "--cacert", stage.trusted],
                    ...["--resolve", `${fqdn}:443:${stage.outputs.ipAddress}`],
                    ...["--data", "{}", "--output", "/dev/null", "--write-out", "%{http_code}"],
                    `https://${fqdn}/api/v1/service/small/score`,
                ]),
            );
            expect(new Set((await Promise.all(asked)).map(one => one.stdout))).toEqual(new Set(["200"]));
            // Nobody was asked before the load balancer led to a front: public authorities allow few vain attempts.
            expect(stage.authority.pebble.counts()).toMatchObject({
                orders: 1,
                certificates: 1,
                failedAuthorizations: 0,
            });
        });
    },
);
