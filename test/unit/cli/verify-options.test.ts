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

/** The error message for invalid options. */
async function errorOf(...args: string[]): Promise<string> {
    let printed = "";
    const program = new Command().exitOverride();
    program.configureOutput({ writeErr: text => void (printed += text) });
    addVerifyCommand(program);
    for (const command of program.commands) command.copyInheritedSettings(program);
    const given = ["verify", "--url", "https://score.contoso.test/score", ...args];
    await expect(program.parseAsync(given, { from: "user" })).rejects.toThrow();
    return printed;
}

describe("azure-secure-inference verify", () => {
    it.each([
        [
            "a missing sample request",
            ["--data", "no.json"],
            "--data: cannot read no.json: it does not exist.",
        ],
        [
            "a folder instead of a file of roots",
            ["--ca", folder],
            `--ca: cannot read ${folder}: it is a folder.`,
        ],
        [
            "a file of roots without a certificate",
            ["--ca", junk],
            "--ca: the file cannot be used: The text contains no PEM certificate.",
        ],
        ["an invalid port", ["--http-port", "65536"], "It must be a port from 1 to 65535."],
        [
            "an empty key",
            ["--key-env", "EMPTY"],
            "--key-env: the environment variable is empty. Set it to the scoring key.",
        ],
    ])("rejects %s before any check", async (_, args, message) => {
        vi.stubEnv("EMPTY", "");
        expect(await errorOf(...args)).toContain(message);
    });

    it("does not repeat a key that is given instead of the variable's name", async () => {
        const printed = await errorOf("--key-env", "hunter2hunter2hunter2");
        expect(printed).toContain(
            "--key-env: no environment variable has this name. Give the name of a variable, not its value.",
        );
        expect(printed).not.toContain("hunter2");
    });
});
