import { X509Certificate } from "node:crypto";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installStandIns } from "../../sandbox/providers/install";
import { PfxWorkshop } from "../support/pfx-workshop";
import { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";

const COMPONENTS = path.resolve(__dirname, "../../components");
const HOSTNAME = "score.contoso.test";
const PASSWORD = "correct-horse-battery";
const WRONG_PASSWORD = "incorrect-horse-battery";

/** The file and its password come from a resource, as from a vault that the same program makes: nobody knows them at the first preview. */
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

/** One story: each test goes on from the last. */
describe("a PFX under the real engine", () => {
    const workshop = new PfxWorkshop();
    let arm: TestArm;
    let project: TestProject;
    let pfx: string;
    let leaf: string;

    beforeAll(async () => {
        const root = workshop.root();
        const intermediate = workshop.intermediate(root);
        const issued = workshop.leaf(intermediate, [`DNS:${HOSTNAME}`]);
        leaf = new X509Certificate(issued.certificate).fingerprint256;
        pfx = workshop.export(issued, [intermediate], "-passout", `pass:${PASSWORD}`).toString("base64");
        arm = await startArm();
        project = await TestProject.create({
            files: { "index.ts": PROGRAM },
            packages: ["@pulumi/pulumi", "@pulumi/azure-native", "@pulumi/random"],
            plugins: home => installStandIns(home, arm.instance),
        });
        await project.configure("pfx", pfx, "--secret");
        await project.configure("pfxPassword", WRONG_PASSWORD, "--secret");
    });
    afterAll(async () => {
        await project.dispose();
        await arm.close();
        workshop.close();
    });

    const groups = () => arm.resources().filter(({ type }) => /containerGroups/i.test(type));
    const problems = (errors: readonly string[]) => errors.filter(one => one.includes("tls.pfxPassword"));
    const served = () => {
        const [, base64 = ""] = /"certificate\.pem":"([^"]+)"/.exec(JSON.stringify(groups())) ?? [];
        const pem = Buffer.from(base64, "base64").toString();
        const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
        return certificates.map(one => new X509Certificate(one).fingerprint256);
    };

    it("is refused in the update when it is not known before, and nothing is made of it", async () => {
        expect((await project.preview()).errors).toEqual([]);
        const { succeeded, errors, text } = await project.up();
        expect(succeeded).toBe(false);
        expect(problems(errors)).toHaveLength(1);
        expect(problems(errors)[0]).toMatch(/pfx-password-wrong: /);
        expect(groups()).toEqual([]);
        expect(text).not.toContain(WRONG_PASSWORD);
    });

    it("is served with its chain once the password is right, and changes nothing after that", async () => {
        await project.configure("pfxPassword", PASSWORD, "--secret");
        expect((await project.up()).errors).toEqual([]);
        expect(served()).toHaveLength(2);
        expect(served()[0]).toBe(leaf);
        expect((await project.preview()).steps).toEqual([]);
    });

    it("tells no state of file, password or key", async () => {
        const state = await project.rawState();
        for (const secret of [pfx.slice(0, 40), pfx.slice(-40), PASSWORD, "PRIVATE KEY"]) {
            expect(state).not.toContain(secret);
            expect(state).not.toContain(Buffer.from(secret).toString("base64").slice(0, 20));
        }
    });

    it("is refused at preview when it is known, and what is served stays", async () => {
        await project.configure("pfxPassword", WRONG_PASSWORD, "--secret");
        const { succeeded, errors, text } = await project.preview();
        expect(succeeded).toBe(false);
        expect(problems(errors)[0]).toMatch(/pfx-password-wrong: /);
        expect(text).not.toContain(WRONG_PASSWORD);
        expect(served()[0]).toBe(leaf);
    });
});
