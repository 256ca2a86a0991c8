import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
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

/** @param secret top-level settings that the engine calls secret */
function problems(configuration: Record<string, string>, ...secret: string[]): Record<string, string> {
    try {
        readSettings({ ...GOOD, ...configuration }, "inference", FOLDER, key =>
            secret.includes(key.replace("inference:", "")),
        );
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

    it("accepts the types that pulumi config set writes for numbers and switches: text at the top level and in secrets", () => {
        const { model, tls, cluster, ...rest } = readSettings(
            {
                ...GOOD,
                "inference:model": '{"image":"iris:1","cpu":"0.5","port":5001}',
                "inference:tls": '{"mode":"Disabled","minimumVersion":1.3,"renewalTrigger":20261128}',
                "inference:cluster": '{"create":{"zones":[1,"2"]}}',
                "inference:keys": '{"enabled":"false"}',
                "inference:revisionTimeoutSeconds": "300",
                "inference:overwriteExistingDomain": "true",
            },
            "inference",
            FOLDER,
        );
        expect(model).toMatchObject({ cpu: 0.5, port: 5001 });
        expect(tls).toMatchObject({ minimumVersion: "1.3", renewalTrigger: "20261128" });
        expect(cluster?.create?.zones).toEqual(["1", "2"]);
        expect(rest).toMatchObject({
            keys: { enabled: false },
            revisionTimeoutSeconds: 300,
            overwriteExistingDomain: true,
        });
    });

    it("keeps the digits of text at the top level", () => {
        const read = (namespace: string) =>
            readSettings({ ...GOOD, "inference:namespace": namespace }, "inference", FOLDER).namespace;
        expect(["1.30", "9007199254740993", "1e3", "true", "null"].map(read)).toEqual([
            ...["1.30", "9007199254740993", "1e3", "true", "null"],
        ]);
    });

    // The engine passes 1.30 as 1.3, 0755 as 493, 1e3 as 1000 and a date in Go's form.
    it.each<[string, string, string, RegExp]>([
        [
            "cluster.create.kubernetesVersion",
            "cluster",
            '{"create":{"kubernetesVersion":1.3}}',
            /number 1\.3,.*"1\.3"/,
        ],
        [
            "model.environment.VERSION",
            "model",
            '{"image":"a:1","environment":{"VERSION":1.1}}',
            /number 1\.1,/,
        ],
        ["model.environment.MODE", "model", '{"image":"a:1","environment":{"MODE":493}}', /0755 becomes 493/],
        [
            "model.environment.ID",
            "model",
            '{"image":"a:1","environment":{"ID":9007199254740993}}',
            /in quotes/,
        ],
        [
            "model.environment.DEBUG",
            "model",
            '{"image":"a:1","environment":{"DEBUG":true}}',
            /boolean true,.*"true"/,
        ],
        [
            "model.environment.NONE",
            "model",
            '{"image":"a:1","environment":{"NONE":null}}',
            /is empty; set a value/,
        ],
        [
            "model.environment.DAY",
            "model",
            '{"image":"a:1","environment":{"DAY":"2026-11-28 00:00:00 +0000 UTC"}}',
            /is a date, .*"2026-11-28"/,
        ],
        ["model.command.1", "model", '{"image":"a:1","command":["serve",8080]}', /number 8080,/],
        ["model.image", "model", '{"image":7}', /number 7,.*--type string/],
        ["tags.cost", "tags", '{"cost":1234}', /number 1234,/],
        [
            "tls.acme.externalAccountBinding.keyId",
            "tls",
            '{"acme":{"externalAccountBinding":{"keyId":7}}}',
            /number 7,/,
        ],
        [
            "models.iris.podLabels.a",
            "models",
            '{"iris":{"image":"a:1","podLabels":{"a":true}}}',
            /boolean true,/,
        ],
        [
            "models.iris.tolerations.0.value",
            "models",
            '{"iris":{"image":"a:1","tolerations":[{"value":1}]}}',
            /number 1,/,
        ],
    ])("refuses %s as a number, boolean or date, whose form YAML loses", (path, setting, json, reason) => {
        const found = problems({ [`inference:${setting}`]: json });
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(reason);
    });

    it.each([
        ["tls", '{"mode":"Custom","pfx":"MII","pfxPassword":481516}', "tls.pfxPassword", []],
        ["keys", '{"primary":481516}', "keys.primary", []],
        ["model", '{"image":"a:1","secretEnvironment":{"PIN":481516}}', "model.secretEnvironment.PIN", []],
        ["model", '{"image":"a:1","environment":{"PIN":481516}}', "model.environment.PIN", ["model"]],
    ])("does not repeat a number that may be a secret: %s %s", (setting, json, path, secret) => {
        const found = problems({ [`inference:${setting}`]: json }, ...secret);
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(/is the number, but must be text, .*write it in quotes/);
        expect(found[path]).not.toContain("481516");
    });

    it("makes the texts of a secret setting secrets, but not its names, addresses, paths and numbers", async () => {
        const model = {
            ...{ name: "iris", image: "iris:1", port: 5001, healthPath: "/health" },
            ...{ command: ["serve", "--token", "hunter2"], environment: { TOKEN: "hunter2" } },
        };
        const iris = { ...model, hostname: "iris.contoso.com", nodeSelector: { pool: "gpu" } };
        const { name: _, ...irisOnKubernetes } = iris;
        const configuration = {
            ...GOOD,
            "inference:model": JSON.stringify(model),
            "inference:models": JSON.stringify({ iris: irisOnKubernetes }),
            "inference:tls":
                '{"hostname":"score.contoso.com","acme":{"email":"a@contoso.com","directoryUrl":"https://acme"}}',
            "inference:registry": '{"server":"contoso.azurecr.io","username":"contoso","password":"hunter2"}',
            "inference:tags": '{"owner":"hunter2"}',
        };
        const secret = ["model", "models", "tls", "registry", "tags"].map(one => `inference:${one}`);
        const settings = readSettings(configuration, "inference", FOLDER, key => secret.includes(key));
        expect(await secretPaths(settings)).toEqual([
            ...["model.command.0", "model.command.1", "model.command.2"],
            ...["model.environment.TOKEN", "model.image"],
            ...["models.iris.command.0", "models.iris.command.1", "models.iris.command.2"],
            ...["models.iris.environment.TOKEN", "models.iris.image", "models.iris.nodeSelector.pool"],
            ...["registry.username", "tags.owner", "tls.acme.email"],
        ]);
        // The component marks these itself, and checks them at once.
        expect(settings.registry?.password).toBe("hunter2");
        expect(await secretPaths(readSettings(configuration, "inference", FOLDER))).toEqual([]);
    });

    it("refuses a secret that cannot stay one", () => {
        const reason =
            "is set as a secret, but contains only names, addresses, numbers and switches, which others see in Azure and in outputs; set it again with --plaintext instead of --secret";
        const given = {
            "inference:location": "westeurope",
            "inference:dns": '{"zoneName":"contoso.com"}',
            "inference:keys": '{"primary":"hunter2-hunter2-hunter2"}',
        };
        expect(problems(given, "location", "dns", "keys")).toEqual({ location: reason, dns: reason });
    });

    it("does not repeat the name of a file in a secret setting", () => {
        const tls = { "inference:tls": '{"mode":"Custom","privateKeyFile":"hunter2"}' };
        expect(problems(tls, "tls")["tls.privateKeyFile"]).toMatch(/^the file does not exist; paths are/);
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

    it("reads the roots that clients trust from a PEM file", () => {
        writeFileSync(path.join(FOLDER, "root.pem"), "the root");
        const given = { ...GOOD, "inference:tls": '{"mode":"Custom","trustedRootsFile":"root.pem"}' };
        expect(readSettings(given, "inference", FOLDER).tls.trustedRoots).toBe("the root");
        expect(
            problems({
                "inference:tls": '{"mode":"Custom","trustedRoots":"a","trustedRootsFile":"root.pem"}',
            }),
        ).toEqual({ "tls.trustedRootsFile": "conflicts with tls.trustedRoots; remove one of them" });
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
        const given = { mode: "Custom", pfxFile: "score.pfx", pfxPassword: "1234" };
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
        const acme = { email: "a@contoso.com", challenge: "Dns01", externalAccountBinding: { keyId: "7" } };
        const { tls } = readSettings(
            { ...GOOD, "inference:tls": JSON.stringify({ acme }) },
            "inference",
            FOLDER,
        );
        expect(tls).toEqual({ mode: "Auto", acme });
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

/** Paths of all values that are secret outputs, sorted. */
async function secretPaths(value: unknown, at = ""): Promise<string[]> {
    if (pulumi.Output.isInstance(value)) return (await pulumi.isSecret(value)) ? [at] : [];
    if (typeof value !== "object" || value === null) return [];
    const below = await Promise.all(
        Object.entries(value).map(([name, inner]) => secretPaths(inner, at === "" ? name : `${at}.${name}`)),
    );
    return below.flat().sort();
}

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
