import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { secretsFoundIn } from "../support/secrets";
import { createServiceStack, settingsWithoutZone } from "../support/service-stack";

const HOSTNAME = "score.contoso.test";

/** Values of `pulumi config set --path … --secret`. */
const SECRETS: Record<string, string> = {
    "model.environment.TOKEN": "token-that-nobody-may-see-0",
    "model.command[1]": "argument-that-nobody-may-see-1",
    "tags.owner": "owner-that-nobody-may-see-2",
    "registry.username": "username-that-nobody-may-see-3",
    "registry.password": "password-that-nobody-may-see-4",
};
const secrets = Object.entries(SECRETS).map(([name, value]) => ({ name, value }));

/** The program in stacks/ with a configuration that the real `pulumi config` writes and the real engine reads. The order matters. */
describe("the configuration of a stack", () => {
    let arm: TestArm;
    let service: TestProject;

    const setSecret = (name: string, value: string) =>
        service.pulumi(["config", "set", "--path", `azure-secure-inference:${name}`, "--secret", value]);

    beforeAll(async () => {
        arm = await startArm();
        const { model, ...settings } = settingsWithoutZone();
        service = await createServiceStack(arm.instance, {
            ...settings,
            model: { ...(model as object), command: ["serve"], environment: { LEVEL: "info" } },
            registry: { server: "contoso.azurecr.io" },
        });
        for (const [name, value] of Object.entries(SECRETS)) await setSecret(name, value);
    });
    afterAll(async () => {
        await service?.abandon();
        await arm?.close();
    });

    it("keeps secrets in any setting out of the state and the output, and Azure receives them", async () => {
        const { succeeded, text, errors } = await service.up("--diff");
        expect(errors).toEqual([]);
        expect(succeeded).toBe(true);
        expect(secretsFoundIn(text, secrets)).toEqual([]);
        expect(secretsFoundIn(await service.rawState(), secrets)).toEqual([]);
        const all = secrets.map(({ name }) => name);
        expect(secretsFoundIn(await service.pulumi(["stack", "export", "--show-secrets"]), secrets)).toEqual(
            all,
        );
        const inAzure = JSON.stringify(arm.resources());
        expect(secretsFoundIn(inAzure, secrets)).toEqual(
            all.filter(name => name !== "registry.password" || inAzure.includes(SECRETS[name]!)),
        );
    });

    it("leaves the addresses plain, and the next preview shows no change", async () => {
        const outputs = await service.outputs();
        expect(outputs.scoringUri).toBe(`https://${HOSTNAME}/score`);
        expect(outputs.fqdn).toMatch(/^contoso[a-z0-9]{6}\.westeurope\.azurecontainer\.io$/);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("shows that a secret changes, but neither its old nor its new value", async () => {
        await setSecret("model.environment.TOKEN", "another-token-that-nobody-may-see");
        const { steps, text } = await service.preview("--diff");
        expect(steps.map(({ op }) => op)).toEqual(["update"]);
        expect(text).not.toMatch(/that-nobody-may-see/);
    });

    it("checks a secret at preview without printing it", async () => {
        await setSecret("model.image", "an image that-nobody-may-see");
        const { succeeded, text, errors } = await service.preview();
        expect(succeeded).toBe(false);
        expect(errors.join("\n")).toMatch(/model\.image: is "\[secret\]"; give an image reference/);
        expect(text).not.toMatch(/that-nobody-may-see/);
        await setSecret("model.image", "localhost/iris:1");
    });

    it("refuses texts whose form YAML loses, with the advice to quote them", async () => {
        const file = path.join(service.state, "Pulumi.test.yaml");
        const before = readFileSync(file, "utf8");
        const forms = {
            ...{ MINOR: "1.30", OCTAL: "0755", EXPONENT: "1e3", HEX: "0x1F", LARGE: "9007199254740993" },
            ...{ WHOLE: "1.0", SWITCH: "True", DAY: "2026-11-28", NONE: "null", COUNT: "4" },
        };
        const kept = { QUOTED: '"1.30"', PATCH: "1.30.2", WORD: "yes", TIME: "12:30" };
        const lines = Object.entries({ ...forms, ...kept }).map(
            ([name, value]) => `\n      ${name}: ${value}`,
        );
        writeFileSync(
            file,
            before.replace(/LEVEL: .*/, line => line + lines.join("")),
        );
        const { succeeded, text } = await service.preview();
        writeFileSync(file, before);
        expect(succeeded).toBe(false);
        const refused = [...text.matchAll(/model\.environment\.(\w+): is .*(in quotes|set a value)/g)];
        expect([...new Set(refused.map(([, name]) => name))].sort()).toEqual(Object.keys(forms).sort());
        expect(text).not.toMatch(/that-nobody-may-see/);
    });
});
