import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { installStandIns } from "../../sandbox/providers/install";
import { HOURS_AHEAD } from "../../sandbox/providers/tls/clock";
import { type Step, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";

const REPOSITORY = path.resolve(__dirname, "../..");
const GROUP = "azure-native:containerinstance:ContainerGroup";
/** A certificate lasts 90 days; its last 30 are for renewal. */
const DAYS_BEFORE_RENEWAL = 60;

/** The program of stacks/ with the clock of certificates moved. One story: each test goes on from the last. */
let arm: TestArm;
let service: TestProject;

beforeAll(async () => {
    arm = await startArm();
    service = await TestProject.create({
        directory: REPOSITORY,
        configuration: inPlace(),
        plugins: home => installStandIns(home, arm.instance),
    });
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

/** The sandbox's stack without its zone: a revision would be waited for, and nobody serves one here. */
function inPlace(): string {
    const text = readFileSync(path.join(REPOSITORY, "stacks", "Pulumi.local.yaml"), "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    delete config["azure-secure-inference:dns"];
    return stringify({ config });
}

const today = (days: number): void => {
    service.environment[HOURS_AHEAD] = String(days * 24);
};

/** What clients are shown: the certificate in the front's volume, which is what the outputs tell of. */
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
    it("leaves it alone until its last third", async () => {
        today(-(DAYS_BEFORE_RENEWAL - 1));
        expect((await service.up()).errors).toEqual([]);
        today(0);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("renews it in the first update of its last third, says so at preview, and serves it", async () => {
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

    it("does it once", async () => {
        expect((await service.preview()).steps).toEqual([]);
        const before = await served();
        expect((await service.up()).steps).toEqual([]);
        expect((await served()).fingerprint).toBe(before.fingerprint);
    });

    it("renews an expired one too, also after a refresh", async () => {
        const before = await served();
        today(2 + 91);
        expect((await service.refresh()).errors).toEqual([]);
        expect((await service.up()).errors).toEqual([]);
        expect((await served()).fingerprint).not.toBe(before.fingerprint);
        today(0);
    });
});

describe("tls.renewalTrigger", () => {
    const set = (value: string): Promise<void> =>
        service.configure("azure-secure-inference:tls.renewalTrigger", value);

    it("makes a new key and certificate at its first value, and keeps the authority", async () => {
        const before = await served();
        await set("2026-11-24");
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

    it("does so at any other value", async () => {
        const before = await served();
        await set("lost laptop");
        expect((await service.up()).errors).toEqual([]);
        expect((await served()).key).not.toBe(before.key);
    });

    it("is refused where the stack makes no certificate", async () => {
        await service.configure("azure-secure-inference:tls.mode", "Disabled");
        const refused = await service.preview();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toMatch(/tls\.renewalTrigger: does not go with mode Disabled/);
    });
});
