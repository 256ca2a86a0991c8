import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority } from "../../sandbox/node/authority";
import type { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { secret } from "../../sandbox/testing/stack-configuration";
import { privateKeysOf, secretsFoundIn } from "../support/secrets";
import { configure, createServiceStack, settingsWithoutZone, type Settings } from "../support/service-stack";

const CONTAINER_GROUPS_API = "2023-05-01";
const HOSTNAME = "score.contoso.test";
const GROUP = "azure-native:containerinstance:ContainerGroup";

interface State {
    deployment: { resources: { type: string; inputs?: Record<string, unknown> }[] };
}

interface KeyPair {
    certificate: string;
    privateKey: string;
}

/**
 * The program in stacks/ with the settings of the stack `local`, without its zone: updates change the container group in
 * place. The tests depend on each other's order. aci-revisions.test.ts covers stacks with a zone.
 */
let arm: TestArm;
let service: TestProject;
let custom: KeyPair;
let renewed: KeyPair;

beforeAll(async () => {
    arm = await startArm();
    const authority = await CertificateAuthority.open(arm.instance.stateFolder, "authority of the test");
    const root = readFileSync(path.join(arm.instance.stateFolder, "ca.pem"), "utf8");
    const issue = async (file: string): Promise<KeyPair> => {
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
    service = await createServiceStack(arm.instance, settingsWithoutZone());
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

const set = (settings: Settings): void => configure(service, settings);

const useCertificate = ({ certificate, privateKey }: KeyPair): void =>
    set({ "tls.certificate": secret(certificate), "tls.privateKey": secret(privateKey) });

const containerGroups = () => arm.resources().filter(one => /containerGroups/i.test(one.type));

describe("SecureAciInference under the real engine", () => {
    it("is created in one update, and the next preview shows no changes", async () => {
        const first = await service.up();
        expect(first.errors).toEqual([]);
        expect(containerGroups()).toHaveLength(1);
        const second = await service.preview();
        expect(second.succeeded).toBe(true);
        expect(second.text).not.toMatch(/restarts/);
        expect(second.steps).toEqual([]);
    });

    it("outputs the scoring URI, Azure's name and the DNS record to create", async () => {
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

    it("encrypts private keys and scoring keys in the state", async () => {
        const { keys } = (await service.outputs({ showSecrets: true })) as {
            keys: { primary: string; secondary: string };
        };
        expect(keys.primary).toMatch(/^[A-Za-z0-9]{32}$/);
        const privateKeys = await privateKeysOf(service);
        // Those of the authority and the certificate.
        expect(privateKeys.length).toBeGreaterThanOrEqual(2);
        const secrets = [
            ...privateKeys,
            { name: "primary key", value: keys.primary },
            { name: "secondary key", value: keys.secondary },
        ];
        expect(secretsFoundIn(await service.rawState(), secrets)).toEqual([]);
        const decrypted = await service.pulumi(["stack", "export", "--show-secrets"]);
        expect(secretsFoundIn(decrypted, secrets)).toEqual(secrets.map(({ name }) => name));
    });

    it("shows a changed limit at preview as the changed lines of the front's configuration, updated in place", async () => {
        set({ "limits.maxQueueWaitMs": 700 });
        const preview = await service.preview("--diff");
        expect(preview.steps.map(({ op, type }) => [op, type])).toEqual([["update", GROUP]]);
        expect(preview.text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
        expect(preview.text).toMatch(/iris: this update restarts the container group/);
        expect((await service.up()).errors).toEqual([]);
    });

    it("shows a changed image at preview as the only difference", async () => {
        set({ "model.image": "localhost/iris:2" });
        const { steps } = await service.preview();
        expect(steps.map(({ op, detailedDiff }) => [op, Object.keys(detailedDiff)])).toEqual([
            ["update", ["containers[1].image"]],
        ]);
        set({ "model.image": "localhost/iris:1" });
    });

    it("deletes the group before it creates the new one when Azure cannot change it in place", async () => {
        set({ "front.cpu": 1.5 });
        const up = await service.up();
        expect(up.errors).toEqual([]);
        const ops = up.steps.filter(({ type }) => type === GROUP).map(({ op }) => op);
        expect(ops).toEqual(["delete-replaced", "replace", "create-replacement"]);
        expect(containerGroups()).toHaveLength(1);
    });

    it("refuses at preview to change Azure's name, also when the group is replaced", async () => {
        set({ leafDomainLabel: "fabrikam" });
        set({ "front.cpu": 2 });
        const refused = await service.preview();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toMatch(
            /would move from contoso\w{6}\.westeurope\S+ to fabrikam\w{6}\.westeurope/,
        );
        expect(refused.text).toMatch(/overwriteExistingDomain/);
        set({ "model.name": "wine" });
        const both = await service.preview();
        expect(both.text).toMatch(/would move from contoso/);
        expect(both.text).toContain(
            "model.name: the service would no longer answer at /api/v1/service/iris/score",
        );

        set({ overwriteExistingDomain: true });
        expect((await service.preview()).errors).toEqual([]);
        set({ overwriteExistingDomain: false });
        set({ leafDomainLabel: "contoso" });
        set({ "front.cpu": 1.5, "model.name": undefined });
    });

    it("adds addresses to the state of an earlier version, and changes nothing else", async () => {
        const { deployment, ...rest } = JSON.parse(await service.rawState()) as State;
        for (const { type, inputs = {} } of deployment.resources) {
            if (!type.startsWith("azure-secure-inference:")) continue;
            for (const added of ["model", "zoneName", "zoneResourceGroupName"]) delete inputs[added];
        }
        await service.pulumi(["stack", "import"], JSON.stringify({ deployment, ...rest }));
        const { steps, errors, warnings } = await service.preview();
        expect([...errors, ...warnings]).toEqual([]);
        expect(steps.map(({ op, type }) => `${op} ${type.split(":").at(-1)}`)).toEqual([
            "update SecureAciInference",
            "update ReachedAddress",
        ]);
        expect((await service.up()).errors).toEqual([]);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("fails at preview with every finding about an invalid certificate, and changes nothing", async () => {
        const before = JSON.stringify(arm.resources());
        set({ "tls.mode": "Custom", "tls.hostname": HOSTNAME, "limits.scoringTimeoutMs": 0 });
        useCertificate({ certificate: "no certificate", privateKey: "hunter2" });
        for (const outcome of [await service.preview(), await service.up()]) {
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toMatch(/tls\.certificate: /);
            expect(outcome.text).toMatch(/tls\.privateKey: no-key/);
            expect(outcome.text).toMatch(/limits\.scoringTimeoutMs: is 0/);
            expect(outcome.text).not.toContain("hunter2");
        }
        expect(JSON.stringify(arm.resources())).toBe(before);
        set({ "limits.scoringTimeoutMs": 60000 });
    });

    it("switches from SelfSigned to Custom in one update", async () => {
        useCertificate(custom);
        const toCustom = await service.up();
        expect(toCustom.errors).toEqual([]);
        const outputs = await service.outputs();
        expect(outputs.certificate).toMatchObject({ names: [HOSTNAME] });
        expect(outputs.certificate).not.toHaveProperty("authority");
        const state = await service.rawState();
        expect(state).not.toContain(custom.privateKey.split("\n")[1]);
    });

    it("shows a changed certificate as the only difference and does not print it", async () => {
        useCertificate(renewed);
        const { steps, text } = await service.preview("--diff");
        expect(steps.map(({ type, op }) => [type, op])).toEqual([[GROUP, "update"]]);
        for (const property of Object.keys(steps[0]!.detailedDiff)) expect(property).toMatch(/^volumes/);
        expect(text).toContain("[secret]");
        for (const pem of [custom.privateKey, renewed.privateKey, renewed.certificate]) {
            for (const form of [pem, Buffer.from(pem).toString("base64")]) {
                expect(text).not.toContain(form.split("\n")[1] ?? form.slice(0, 60));
            }
        }
        useCertificate(custom);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("shows a changed leaf domain label as the only difference of the group", async () => {
        set({ leafDomainLabel: "fabrikam" });
        set({ overwriteExistingDomain: true });
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
        set({ leafDomainLabel: "contoso" });
        set({ overwriteExistingDomain: false });
    });

    it("switches from Custom to Disabled and to SelfSigned, each in one update", async () => {
        set({ "tls.mode": "Disabled" });
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).scoringUri).toBe(`http://${HOSTNAME}/score`);
        expect(await service.outputs()).not.toHaveProperty("certificate");

        set({ "tls.mode": "SelfSigned" });
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).certificate).toHaveProperty("authority");
        expect((await service.preview()).steps).toEqual([]);
    });

    it("recreates a group that was deleted outside of the stack", async () => {
        const [group] = containerGroups();
        const relative = `/resourceGroups/inference-local/providers/Microsoft.ContainerInstance/containerGroups/${group?.name}`;
        await arm.request("DELETE", relative, CONTAINER_GROUPS_API);
        await expect.poll(() => containerGroups().length, { timeout: 10_000 }).toBe(0);
        const refresh = await service.refresh();
        expect(refresh.steps.map(({ op, type }) => [op, type])).toContainEqual(["delete", GROUP]);
        expect((await service.up()).errors).toEqual([]);
        expect(containerGroups()).toHaveLength(1);
    });

    it("destroys all its resources", async () => {
        expect((await service.destroy()).errors).toEqual([]);
        expect(arm.resources()).toEqual([]);
    });
});
