import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import { parse } from "yaml";
import type { AksAcmeArgs, AksDnsArgs, AksTlsArgs } from "../../../components";
import { readSettings, SettingsError, type StackSettings } from "../../../stacks/settings";

const FOLDER = mkdtempSync(path.join(os.tmpdir(), "settings-"));
const GOOD = {
    "inference:resourceGroup": '{"name":"group"}',
    "inference:model": '{"image":"iris:1"}',
    "inference:tls": '{"mode":"Disabled"}',
};

function problems(configuration: Record<string, string>): Record<string, string> {
    try {
        readSettings({ ...GOOD, ...configuration }, "inference", FOLDER);
        return {};
    } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        return Object.fromEntries(error.problems.map(one => [one.path, one.reason]));
    }
}

describe("readSettings", () => {
    it("ignores other namespaces", () => {
        expect(problems({ "azure-native:location": "westeurope" })).toEqual({});
    });

    it("accepts the types that pulumi config set writes: fractions as text, digits as numbers", () => {
        const { model, tls } = readSettings(
            {
                ...GOOD,
                "inference:model": '{"image":"iris:1","cpu":"0.5","environment":{"LEVEL":3}}',
                "inference:tls": '{"mode":"Disabled","minimumVersion":1.3}',
            },
            "inference",
            FOLDER,
        );
        expect(model).toMatchObject({ cpu: 0.5, environment: { LEVEL: "3" } });
        expect(tls.minimumVersion).toBe("1.3");
    });

    it("reports all problems at once with their paths and without values", () => {
        const found = problems({
            "inference:model": '{"prot":5001,"cpu":"much"}',
            "inference:tls": '{"mode":"None","privateKey":["hunter2"]}',
            "inference:keyz": "hunter2",
        });
        expect(Object.keys(found).sort()).toEqual([
            "keyz",
            "model.cpu",
            "model.image",
            "model.prot",
            "tls.mode",
            "tls.privateKey",
        ]);
        expect(found["model.image"]).toBe("is missing");
        expect(JSON.stringify(found)).not.toContain("hunter2");
    });

    it("reads PEM files relative to the configuration's folder", () => {
        writeFileSync(path.join(FOLDER, "chain.pem"), "the chain");
        const { tls } = readSettings(
            { ...GOOD, "inference:tls": '{"mode":"Custom","certificateFile":"chain.pem"}' },
            "inference",
            FOLDER,
        );
        expect(tls.certificate).toBe("the chain");
        expect(problems({ "inference:tls": '{"mode":"Custom","privateKeyFile":"no.pem"}' })).toEqual({
            "tls.privateKeyFile":
                "no.pem does not exist; paths are relative to the folder of the stack's configuration",
        });
    });

    it("does not repeat a private key given in place of a file name", () => {
        const der = Buffer.alloc(300, 0x30).fill("0\x82", 0, 2, "latin1").toString("base64");
        const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
        const reason = (argument: string) =>
            `is not a file name but the contents of a file; give the file name, or set tls.${argument} instead`;
        const given = { certificateFile: ".", privateKeyFile: pem, pfxFile: der };
        expect(problems({ "inference:tls": JSON.stringify({ mode: "Custom", ...given }) })).toEqual({
            "tls.certificateFile":
                ". is a folder; paths are relative to the folder of the stack's configuration",
            "tls.privateKeyFile": reason("privateKey"),
            "tls.pfxFile": reason("pfx"),
        });
    });

    it("recognises a setting that was set without --path", () => {
        expect(problems({ "inference:tls.mode": "Custom" })).toEqual({
            "tls.mode":
                "is a single key with dots, set without --path; run pulumi config rm tls.mode, then set it again with --path",
        });
    });

    it("reads a PFX file as Base64", () => {
        const bytes = Buffer.from([0x30, 0x82, 0xff, 0x00]);
        writeFileSync(path.join(FOLDER, "score.pfx"), bytes);
        const given = { mode: "Custom", pfxFile: "score.pfx", pfxPassword: 1234 };
        const read = { ...GOOD, "inference:tls": JSON.stringify(given) };
        const { pfx, pfxPassword } = readSettings(read, "inference", FOLDER).tls;
        expect([pfx, pfxPassword]).toEqual([bytes.toString("base64"), "1234"]);
        expect(problems({ "inference:tls": '{"mode":"Custom","pfx":"MII","pfxFile":"score.pfx"}' })).toEqual({
            "tls.pfxFile": "conflicts with tls.pfx; remove one of them",
        });
    });

    it("accepts every TLS argument of the components", () => {
        type Tls = StackSettings["tls"];
        expectTypeOf<Exclude<keyof AksTlsArgs, keyof Tls>>().toBeNever();
        expectTypeOf<Exclude<keyof AksAcmeArgs, keyof NonNullable<Tls["acme"]>>>().toBeNever();
        expectTypeOf<Exclude<keyof AksDnsArgs, keyof NonNullable<StackSettings["dns"]>>>().toBeNever();
    });

    it("needs no TLS settings, and accepts a private ACME authority", () => {
        const { "inference:tls": _, ...silent } = GOOD;
        expect(readSettings(silent, "inference", FOLDER).tls).toEqual({ mode: "Auto" });
        const acme = { email: "a@contoso.com", challenge: "Dns01", externalAccountBinding: { keyId: 7 } };
        const { tls } = readSettings(
            { ...GOOD, "inference:tls": JSON.stringify({ acme }) },
            "inference",
            FOLDER,
        );
        expect(tls).toEqual({ mode: "Auto", acme: { ...acme, externalAccountBinding: { keyId: "7" } } });
        expect(problems({ "inference:tls": '{"acme":{"challenge":"Tls","mail":"a@contoso.com"}}' })).toEqual({
            "tls.acme.challenge": "must be one of Http01, Dns01",
            "tls.acme.mail": "is not a setting; check the spelling",
        });
    });

    it("requires the settings of the hosting in use, and none of the other", () => {
        const kubernetes = { "inference:hosting": "Kubernetes" };
        expect(problems(kubernetes)).toEqual({
            cluster: "is missing; it is required with hosting Kubernetes",
            models: "is missing; it is required with hosting Kubernetes",
        });
        const cluster = {
            "inference:cluster": '{"create":{}}',
            "inference:models": '{"iris":{"image":"a:1"}}',
        };
        // With the model of Container Instances beside it: one setting chooses.
        expect(problems({ ...kubernetes, ...cluster })).toEqual({});
        expect(problems(cluster)).toEqual({});
        expect(problems({ ...kubernetes, "inference:models": '{"iris":{"imgae":"a:1"}}' })).toMatchObject({
            "models.iris.image": "is missing",
            "models.iris.imgae": "is not a setting; check the spelling",
        });
        expect(problems({ "inference:hosting": "VirtualMachines" })).toEqual({
            hosting: "must be one of ContainerInstances, Kubernetes",
        });
    });

    it.each(["local", "local-aks", "dev"])("accepts the configuration of the stack %s", stack => {
        expect(problemsOf(stack)).toEqual([]);
    });

    it.each(["prod", "prod-aks"])("misses only your files in the configuration of the stack %s", stack => {
        expect(problemsOf(stack)).toEqual(["tls.certificateFile", "tls.privateKeyFile"]);
    });
});

/** Paths of what is wrong with a file of `stacks/`. */
function problemsOf(stack: string): string[] {
    const file = path.resolve(__dirname, "../../../stacks", `Pulumi.${stack}.yaml`);
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const configuration = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    try {
        readSettings(
            Object.fromEntries(configuration) as Record<string, string>,
            "azure-secure-inference",
            FOLDER,
        );
        return [];
    } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        return error.problems.map(one => one.path);
    }
}
