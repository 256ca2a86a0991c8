import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings, SettingsError } from "../../../stacks/settings";

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
    it("leaves other namespaces alone", () => {
        expect(problems({ "azure-native:location": "westeurope" })).toEqual({});
    });

    it("takes what pulumi config set writes: fractions as text, digits as numbers", () => {
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

    it("says all problems at once, with their paths, and repeats no value", () => {
        const found = problems({
            "inference:model": '{"prot":5001,"cpu":"much"}',
            "inference:tls": '{"mode":"Auto","privateKey":["hunter2"]}',
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
                "no.pem does not exist; the path starts at the folder of the stack's configuration",
        });
    });

    it.each(["local", "dev"])("accepts the configuration of the stack %s", stack => {
        const file = path.resolve(__dirname, "../../../stacks", `Pulumi.${stack}.yaml`);
        const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
        const configuration = Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]);
        readSettings(
            Object.fromEntries(configuration) as Record<string, string>,
            "azure-secure-inference",
            FOLDER,
        );
    });
});
