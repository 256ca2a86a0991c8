import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { addVerifyCommand } from "../../../cli/commands/verify";

const folder = mkdtempSync(path.join(tmpdir(), "verify-options-"));
const junk = path.join(folder, "junk.pem");
writeFileSync(junk, "no certificate");
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** What it says of options that it cannot start with. */
async function refusal(...args: string[]): Promise<string> {
    let said = "";
    const program = new Command().exitOverride();
    program.configureOutput({ writeErr: text => void (said += text) });
    addVerifyCommand(program);
    for (const command of program.commands) command.copyInheritedSettings(program);
    const given = ["verify", "--url", "https://score.contoso.test/score", ...args];
    await expect(program.parseAsync(given, { from: "user" })).rejects.toThrow();
    return said;
}

describe("azure-secure-inference verify", () => {
    it.each([
        [
            "a sample that is not there",
            ["--data", "no.json"],
            "--data: cannot read no.json: it does not exist.",
        ],
        ["a folder of roots", ["--ca", folder], `--ca: cannot read ${folder}: it is a folder.`],
        [
            "roots that are none",
            ["--ca", junk],
            "--ca: the file cannot be used: The text contains no PEM certificate.",
        ],
        ["a port that is none", ["--http-port", "65536"], "It must be a port from 1 to 65535."],
        [
            "an empty key",
            ["--key-env", "EMPTY"],
            "--key-env: the environment variable is empty. Set it to the scoring key.",
        ],
    ])("refuses %s before it looks at anything", async (_, args, message) => {
        vi.stubEnv("EMPTY", "");
        expect(await refusal(...args)).toContain(message);
    });

    it("does not repeat a key that stands in the place of its variable's name", async () => {
        const said = await refusal("--key-env", "hunter2hunter2hunter2");
        expect(said).toContain(
            "--key-env: no environment variable has this name. Give the name of a variable, not its value.",
        );
        expect(said).not.toContain("hunter2");
    });
});
