import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority } from "../../sandbox/node/authority";
import { installStandIns } from "../../sandbox/providers/install";
import { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";

const REPOSITORY = path.resolve(__dirname, "../..");
const CONTAINER_GROUPS_API = "2023-05-01";
const HOSTNAME = "score.contoso.test";
const GROUP = "azure-native:containerinstance:ContainerGroup";

interface Custom {
    certificate: string;
    privateKey: string;
}

/**
 * The program of stacks/, unchanged, with the configuration of the sandbox but for the zone: the group is updated in place. One
 * story: each test goes on from the last. For what a zone changes, see aci-revisions.test.ts.
 */
let arm: TestArm;
let service: TestProject;
let custom: Custom;
let renewed: Custom;

beforeAll(async () => {
    arm = await startArm();
    const authority = await CertificateAuthority.open(arm.instance.stateFolder, "authority of the test");
    const root = readFileSync(path.join(arm.instance.stateFolder, "ca.pem"), "utf8");
    const issue = async (file: string): Promise<Custom> => {
        const use = "server" as const;
        const issued = await authority.issue({
            file,
            commonName: HOSTNAME,
            use,
            names: [HOSTNAME],
            addresses: [],
        });
        return {
            certificate: readFileSync(issued.certificate, "utf8") + root,
            privateKey: readFileSync(issued.key, "utf8"),
        };
    };
    custom = await issue("custom");
    renewed = await issue("renewed");
    service = await TestProject.create({
        directory: REPOSITORY,
        configuration: readFileSync(path.join(REPOSITORY, "stacks", "Pulumi.local.yaml"), "utf8").replace(
            /  azure-secure-inference:dns:\n(    .*\n)+/,
            "",
        ),
        plugins: home => installStandIns(home, arm.instance),
    });
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

const set = (key: string, value: string, kind?: "--plaintext" | "--secret"): Promise<void> =>
    service.configure(`azure-secure-inference:${key}`, value, kind);

const containerGroups = () => arm.resources().filter(one => /containerGroups/i.test(one.type));

describe("SecureAciInference under the real engine", () => {
    it("comes up from nothing, and a preview right after is empty", async () => {
        const first = await service.up();
        expect(first.errors).toEqual([]);
        expect(containerGroups()).toHaveLength(1);
        const second = await service.preview();
        expect(second.succeeded).toBe(true);
        expect(second.text).not.toMatch(/restarts/);
        expect(second.steps).toEqual([]);
    });

    it("knows its names at the first preview, and keeps them", async () => {
        const outputs = await service.outputs();
        expect(outputs.scoringUri).toBe(`https://${HOSTNAME}/score`);
        expect(outputs.fqdn).toMatch(/^contoso[a-z0-9]{6}\.westeurope\.azurecontainer\.io$/);
        expect(outputs.dnsRecord).toEqual({
            name: HOSTNAME,
            type: "CNAME",
            value: outputs.fqdn,
            ttl: 300,
        });
    });

    it("keeps private keys and scoring keys out of the readable state", async () => {
        const { keys } = (await service.outputs({ showSecrets: true })) as {
            keys: { primary: string; secondary: string };
        };
        expect(keys.primary).toMatch(/^[A-Za-z0-9]{32}$/);
        const state = await service.rawState();
        for (const secret of [keys.primary, keys.secondary]) {
            expect(state).not.toContain(secret);
            expect(state).not.toContain(Buffer.from(secret).toString("base64"));
        }
        expect(state).not.toContain("PRIVATE KEY");
        expect(state).not.toContain(Buffer.from("-----BEGIN PRIVATE KEY").toString("base64").slice(0, 20));
    });

    it("shows a changed limit as the changed lines, in place", async () => {
        await set("limits.maxQueueWaitMs", "700");
        const preview = await service.preview("--diff");
        expect(preview.steps.map(({ op, type }) => [op, type])).toEqual([["update", GROUP]]);
        expect(preview.text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
        expect(preview.text).toMatch(/iris: this update restarts the container group/);
        expect((await service.up()).errors).toEqual([]);
    });

    it("shows a changed image as exactly that", async () => {
        await set("model.image", "localhost/iris:2");
        const { steps } = await service.preview();
        expect(steps.map(({ op, detailedDiff }) => [op, Object.keys(detailedDiff)])).toEqual([
            ["update", ["containers[1].image"]],
        ]);
        await set("model.image", "localhost/iris:1");
    });

    it("replaces the group when Azure cannot change it, the old one first", async () => {
        await set("front.cpu", "1.5");
        const up = await service.up();
        expect(up.errors).toEqual([]);
        const ops = up.steps.filter(({ type }) => type === GROUP).map(({ op }) => op);
        expect(ops).toEqual(["delete-replaced", "replace", "create-replacement"]);
        expect(containerGroups()).toHaveLength(1);
    });

    it("refuses to move from the address that clients use, also where the group would be replaced", async () => {
        await set("leafDomainLabel", "fabrikam");
        await set("front.cpu", "2");
        const refused = await service.preview();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toMatch(
            /would move from contoso\w{6}\.westeurope\S+ to fabrikam\w{6}\.westeurope/,
        );
        expect(refused.text).toMatch(/overwriteExistingDomain/);

        await set("overwriteExistingDomain", "true");
        expect((await service.preview()).errors).toEqual([]);
        await set("overwriteExistingDomain", "false");
        await set("leafDomainLabel", "contoso");
        await set("front.cpu", "1.5");
    });

    it("stops at preview with every finding about a broken certificate, and touches nothing", async () => {
        const before = JSON.stringify(arm.resources());
        await set("tls.mode", "Custom");
        await set("tls.hostname", "score.contoso.test");
        await set("tls.certificate", "no certificate", "--secret");
        await set("tls.privateKey", "hunter2", "--secret");
        await set("limits.scoringTimeoutMs", "0");
        for (const outcome of [await service.preview(), await service.up()]) {
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toMatch(/tls\.certificate: /);
            expect(outcome.text).toMatch(/tls\.privateKey: no-key/);
            expect(outcome.text).toMatch(/limits\.scoringTimeoutMs: is 0/);
            expect(outcome.text).not.toContain("hunter2");
        }
        expect(JSON.stringify(arm.resources())).toBe(before);
        await set("limits.scoringTimeoutMs", "60000");
    });

    it("switches from self-signed to custom by configuration alone, in one update", async () => {
        await set("tls.certificate", custom.certificate, "--secret");
        await set("tls.privateKey", custom.privateKey, "--secret");
        const toCustom = await service.up();
        expect(toCustom.errors).toEqual([]);
        const outputs = await service.outputs();
        expect(outputs.certificate).toMatchObject({ names: [HOSTNAME] });
        expect(outputs.certificate).not.toHaveProperty("authority");
        const state = await service.rawState();
        expect(state).not.toContain(custom.privateKey.split("\n")[1]);
    });

    it("shows a changed certificate as that alone, without a word of it", async () => {
        await set("tls.certificate", renewed.certificate, "--secret");
        await set("tls.privateKey", renewed.privateKey, "--secret");
        const { steps, text } = await service.preview("--diff");
        expect(steps.map(({ type, op }) => [type, op])).toEqual([[GROUP, "update"]]);
        for (const property of Object.keys(steps[0]!.detailedDiff)) expect(property).toMatch(/^volumes/);
        expect(text).toContain("[secret]");
        for (const pem of [custom.privateKey, renewed.privateKey, renewed.certificate]) {
            for (const form of [pem, Buffer.from(pem).toString("base64")]) {
                expect(text).not.toContain(form.split("\n")[1] ?? form.slice(0, 60));
            }
        }
        await set("tls.certificate", custom.certificate, "--secret");
        await set("tls.privateKey", custom.privateKey, "--secret");
        expect((await service.preview()).steps).toEqual([]);
    });

    it("shows a changed label as a changed label", async () => {
        await set("leafDomainLabel", "fabrikam");
        await set("overwriteExistingDomain", "true");
        const { steps } = await service.preview();
        expect(
            Object.fromEntries(
                steps
                    .filter(({ type }) => type.startsWith("azure-native:"))
                    .map(({ type, op, detailedDiff }) => [type, [op, ...Object.keys(detailedDiff)]]),
            ),
        ).toEqual({
            [GROUP]: ["update", "ipAddress.dnsNameLabel"],
        });
        await set("leafDomainLabel", "contoso");
        await set("overwriteExistingDomain", "false");
    });

    it("switches from custom to none and back to self-signed, each in one update", async () => {
        await set("tls.mode", "Disabled");
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).scoringUri).toBe(`http://${HOSTNAME}/score`);
        expect(await service.outputs()).not.toHaveProperty("certificate");

        await set("tls.mode", "SelfSigned");
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).certificate).toHaveProperty("authority");
        expect((await service.preview()).steps).toEqual([]);
    });

    it("makes again what was deleted behind its back", async () => {
        const [group] = containerGroups();
        const relative = `/resourceGroups/inference-local/providers/Microsoft.ContainerInstance/containerGroups/${group?.name}`;
        await arm.request("DELETE", relative, CONTAINER_GROUPS_API);
        await expect.poll(() => containerGroups().length, { timeout: 10_000 }).toBe(0);
        const refresh = await service.refresh();
        expect(refresh.steps.map(({ op, type }) => [op, type])).toContainEqual(["delete", GROUP]);
        expect((await service.up()).errors).toEqual([]);
        expect(containerGroups()).toHaveLength(1);
    });

    it("destroys all that it made", async () => {
        expect((await service.destroy()).errors).toEqual([]);
        expect(arm.resources()).toEqual([]);
    });
});
