import { X509Certificate } from "node:crypto";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installStandIns } from "../../sandbox/providers/install";
import { PfxWorkspace } from "../support/pfx-workspace";
import { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { secret } from "../../sandbox/testing/stack-configuration";
import { privateKeysOf, secretsFoundIn } from "../support/secrets";

const COMPONENTS = path.resolve(__dirname, "../../components");
const HOSTNAME = "score.contoso.test";
const PASSWORD = "correct-horse-battery";
const WRONG_PASSWORD = "incorrect-horse-battery";

/** File and password depend on a resource, as with a vault that the same program creates: they are unknown at the first preview. */
const PROGRAM = `
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { SecureAciInference, TlsMode } from ${JSON.stringify(COMPONENTS)};

const config = new pulumi.Config();
const vault = new random.RandomString("vault", { length: 8 }).result;
const fromVault = (key: string) => pulumi.all([vault, config.requireSecret(key)]).apply(([, value]) => value);
const group = new resources.ResourceGroup("group", { resourceGroupName: "pfx", location: "westeurope" });
new SecureAciInference("iris", {
    resourceGroupName: group.name,
    location: "westeurope",
    model: { image: "contoso.azurecr.io/iris:7", cpu: 1, memoryInGB: 1 },
    leafDomainLabel: "contoso",
    tls: {
        mode: TlsMode.Custom,
        hostname: HOSTNAME,
        pfx: fromVault("pfx"),
        pfxPassword: fromVault("pfxPassword"),
    },
});
`.replace("HOSTNAME", JSON.stringify(HOSTNAME));

/** The tests depend on each other's order. */
describe("a PFX under the real engine", () => {
    const workspace = new PfxWorkspace();
    let arm: TestArm;
    let project: TestProject;
    let pfx: string;
    let leaf: string;

    beforeAll(async () => {
        const root = workspace.root();
        const intermediate = workspace.intermediate(root);
        const issued = workspace.leaf(intermediate, [`DNS:${HOSTNAME}`]);
        leaf = new X509Certificate(issued.certificate).fingerprint256;
        pfx = workspace.export(issued, [intermediate], "-passout", `pass:${PASSWORD}`).toString("base64");
        arm = await startArm();
        project = await TestProject.create({
            files: { "index.ts": PROGRAM },
            packages: ["@pulumi/pulumi", "@pulumi/azure-native", "@pulumi/random"],
            plugins: home => installStandIns(home, arm.instance),
        });
        project.configure({ pfx: secret(pfx), pfxPassword: secret(WRONG_PASSWORD) });
    });
    afterAll(async () => {
        await project.dispose();
        await arm.close();
        workspace.close();
    });

    const groups = () => arm.resources().filter(({ type }) => /containerGroups/i.test(type));
    const problems = (errors: readonly string[]) => errors.filter(one => one.includes("tls.pfxPassword"));
    const served = () => {
        const [, base64 = ""] = /"certificate\.pem":"([^"]+)"/.exec(JSON.stringify(groups())) ?? [];
        const pem = Buffer.from(base64, "base64").toString();
        const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
        return certificates.map(one => new X509Certificate(one).fingerprint256);
    };

    it("fails in the update when it was unknown at preview, and no group is created", async () => {
        expect((await project.preview()).errors).toEqual([]);
        const { succeeded, errors, text } = await project.up();
        expect(succeeded).toBe(false);
        expect(problems(errors)).toHaveLength(1);
        expect(problems(errors)[0]).toMatch(/pfx-password-wrong: /);
        expect(groups()).toEqual([]);
        expect(text).not.toContain(WRONG_PASSWORD);
    });

    it("is served with its chain when the password is correct, and the next preview shows no changes", async () => {
        project.configure({ pfxPassword: secret(PASSWORD) });
        expect((await project.up()).errors).toEqual([]);
        expect(served()).toHaveLength(2);
        expect(served()[0]).toBe(leaf);
        expect((await project.preview()).steps).toEqual([]);
    });

    it("is encrypted in the state, with its password and private key", async () => {
        const privateKeys = await privateKeysOf(project);
        expect(privateKeys.length).toBeGreaterThanOrEqual(1);
        const secrets = [
            ...privateKeys,
            { name: "start of the file", value: pfx.slice(0, 40) },
            { name: "end of the file", value: pfx.slice(-40) },
            { name: "password", value: PASSWORD },
        ];
        expect(secretsFoundIn(await project.rawState(), secrets)).toEqual([]);
    });

    it("fails at preview when file and password are known, and the served certificate stays", async () => {
        project.configure({ pfxPassword: secret(WRONG_PASSWORD) });
        const { succeeded, errors, text } = await project.preview();
        expect(succeeded).toBe(false);
        expect(problems(errors)[0]).toMatch(/pfx-password-wrong: /);
        expect(text).not.toContain(WRONG_PASSWORD);
        expect(served()[0]).toBe(leaf);
    });
});
