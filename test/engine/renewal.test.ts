import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOURS_AHEAD } from "../../sandbox/providers/tls/clock";
import { FULL } from "../../sandbox/testing/full";
import type { Step, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { configure, createServiceStack, settingsWithoutZone } from "../support/service-stack";

const GROUP = "azure-native:containerinstance:ContainerGroup";
/** A certificate is valid for 90 days and is renewed in the last 30. */
const DAYS_BEFORE_RENEWAL = 60;

/** The program in stacks/ with a different clock for certificates. The tests depend on each other's order. */
let arm: TestArm;
let service: TestProject;

beforeAll(async () => {
    arm = await startArm();
    service = await createServiceStack(arm.instance, settingsWithoutZone());
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

/** Moves the clock of certificates by days. */
const today = (days: number): void => {
    service.environment[HOURS_AHEAD] = String(days * 24);
};

/** The certificate in the front's volume, which is the one that the outputs describe. */
async function served(): Promise<{ fingerprint: string; authority: string; key: string }> {
    const [group] = arm.resources().filter(one => /containerGroups/i.test(one.type));
    const pem = Buffer.from(certificateFile(group), "base64").toString();
    const { certificate } = (await service.outputs()) as {
        certificate: { fingerprint: string; authority: string };
    };
    const leaf = new X509Certificate(pem);
    expect(leaf.fingerprint256).toBe(certificate.fingerprint);
    expect(leaf.verify(new X509Certificate(certificate.authority).publicKey)).toBe(true);
    const key = leaf.publicKey.export({ type: "spki", format: "pem" }) as string;
    return { fingerprint: certificate.fingerprint, authority: certificate.authority, key };
}

function certificateFile(group: unknown): string {
    const [, base64] = /"certificate\.pem":"([^"]+)"/.exec(JSON.stringify(group)) ?? [];
    if (base64 === undefined) throw new Error("The container group has no certificate.");
    return base64;
}

const planned = (steps: readonly Step[]): string[] => steps.map(({ op, name }) => `${op} ${name}`).sort();

describe("renewal of a self-signed certificate", () => {
    it("does not happen before the last third of the validity", async () => {
        today(-(DAYS_BEFORE_RENEWAL - 1));
        expect((await service.up()).errors).toEqual([]);
        today(0);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("happens in the first update of the last third, after preview showed it", async () => {
        const before = await served();
        today(2);
        const { steps } = await service.preview();
        expect(planned(steps)).toEqual([
            "create-replacement iris-certificate",
            "delete-replaced iris-certificate",
            "replace iris-certificate",
            "update iris",
        ]);
        expect(steps.find(({ type }) => type === GROUP)?.op).toBe("update");

        expect((await service.up()).errors).toEqual([]);
        const after = await served();
        expect(after.fingerprint).not.toBe(before.fingerprint);
        expect(after.authority).toBe(before.authority);
    });

    it("happens once", async () => {
        expect((await service.preview()).steps).toEqual([]);
        const before = await served();
        expect((await service.up()).steps).toEqual([]);
        expect((await served()).fingerprint).toBe(before.fingerprint);
    });

    it.runIf(FULL)("also happens after expiry and after a refresh", async () => {
        const before = await served();
        today(2 + 91);
        expect((await service.refresh()).errors).toEqual([]);
        expect((await service.up()).errors).toEqual([]);
        expect((await served()).fingerprint).not.toBe(before.fingerprint);
        today(0);
    });
});

describe("tls.renewalTrigger", () => {
    const set = (value: string): void => configure(service, { "tls.renewalTrigger": value });

    it("replaces key and certificate when it is set, and keeps the authority", async () => {
        const before = await served();
        set("2026-11-24");
        const { steps } = await service.preview();
        expect(planned(steps.filter(({ op }) => op === "replace" || op === "update"))).toEqual([
            "replace iris-certificate",
            "replace iris-key",
            "replace iris-request",
            "update iris",
        ]);
        expect((await service.up()).errors).toEqual([]);
        const after = await served();
        expect(after.authority).toBe(before.authority);
        expect(after.fingerprint).not.toBe(before.fingerprint);
        expect(after.key).not.toBe(before.key);
        expect((await service.preview()).steps).toEqual([]);
    });

    it.runIf(FULL)("replaces them again when its value changes", async () => {
        const before = await served();
        set("lost laptop");
        expect((await service.up()).errors).toEqual([]);
        expect((await served()).key).not.toBe(before.key);
    });

    it("is refused with mode Disabled", async () => {
        configure(service, { "tls.mode": "Disabled" });
        const refused = await service.preview();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toMatch(/tls\.renewalTrigger: conflicts with tls\.mode Disabled/);
    });
});
