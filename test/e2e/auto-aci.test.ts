import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/daemons/wait";
import { AutoStage, type Settings, warnings } from "./auto-stage";
import { MODEL_IMAGE } from "./model-image";
import { startLoad } from "./load";
import { testSandbox } from "./test-sandbox";

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it needs Linux and root";
/** How long a renewal may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 240_000;

const SERVICE: Settings = {
    name: "auto",
    resourceGroup: { name: "auto-aci" },
    model: { image: MODEL_IMAGE, cpu: 0.05, memoryInGB: 0.1, readiness: { periodSeconds: 1 } },
    front: { image: "localhost/front:3.0", cpu: 0.85, memoryInGB: 0.6 },
    leafDomainLabel: "auto",
};

describe.skipIf(CANNOT_RUN)(
    `TlsMode.Auto under Azure's own name${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`,
    () => {
        let stage: AutoStage;
        const pebble = () => stage.authority.pebble;

        beforeAll(async () => {
            stage = await AutoStage.open(testSandbox(), SERVICE);
        });
        afterAll(() => stage?.close());

        it("has a certificate when the first update ends, asked for on port 80", async () => {
            const outcome = await stage.up();
            expect(warnings(outcome)).toEqual([]);
            const shown = await stage.shown(stage.outputs.fqdn);
            expect(shown.trusted).toBe(true);
            expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
        });

        it("has nothing to change then, and tells neither key nor certificate", async () => {
            expect((await stage.project.preview()).steps).toEqual([]);
            expect(Object.keys(stage.outputs)).not.toContain("certificate");
            expect(JSON.stringify(await stage.project.outputs())).not.toContain("PRIVATE KEY");
        });

        it("orders nothing when the group restarts, and shows the same certificate", async () => {
            const before = await stage.shown(stage.outputs.fqdn);
            await stage.configure({ "limits.maxQueueWaitMs": "600" });
            await stage.up();
            expect(await stage.shown(stage.outputs.fqdn)).toEqual(before);
            expect(pebble().counts()).toMatchObject({ accounts: 1, orders: 1, certificates: 1 });
        });

        it("gets another one at once when it is told to, once", async () => {
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
    },
);
