import {
    chmodSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConvertFlags, convertPfx } from "../../../cli/certificate/convert";
import type { Issued } from "../../support/openssl";
import { PfxWorkspace } from "../../support/pfx-workspace";

const REPOSITORY = path.resolve(__dirname, "../../..");
const PASSWORD = "correct horse";
const ENVIRONMENT = { PFX_PASSWORD: PASSWORD };

const workspace = new PfxWorkspace();
const folder = path.join(workspace.folder, "out");
const [cert, key] = [path.join(folder, "chain.pem"), path.join(folder, "key.pem")];
let intermediate: Issued;
let leaf: Issued;
let pfx: string;

beforeAll(() => {
    const root = workspace.root();
    intermediate = workspace.intermediate(root);
    leaf = workspace.leaf(intermediate, ["DNS:score.contoso.test"]);
    pfx = workspace.write(
        "score.pfx",
        workspace.export(leaf, [root, intermediate], "-passout", `pass:${PASSWORD}`),
    );
});
beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
});
afterAll(() => workspace.close());

/** Converts the PFX file. `shown`: the text on standard output. */
async function convert(flags: Partial<ConvertFlags> = {}, isTTY = false) {
    const shown: string[] = [];
    const output = { isTTY, write: (text: string) => shown.push(text) };
    const given = { pfx, pfxPasswordEnv: "PFX_PASSWORD", cert, key, ...flags };
    const { findings, converted } = await convertPfx(given, ENVIRONMENT, output);
    return { codes: findings.map(({ code }) => code), converted, shown: shown.join("") };
}
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe("certificate convert", () => {
    it("writes the chain and the key, and only the owner can read the key", async () => {
        expect(await convert()).toEqual({ codes: [], converted: true, shown: "" });
        expect(readFileSync(cert, "utf8")).toBe(leaf.certificate + intermediate.certificate);
        expect(readFileSync(key, "utf8")).toBe(leaf.key);
        expect(mode(key)).toBe("600");
    });

    it.each<["cert" | "key", string]>([
        ["cert", cert],
        ["key", key],
    ])("does not replace an existing file of --%s, and writes no file", async (option, file) => {
        writeFileSync(file, "mine");
        await expect(convert()).rejects.toThrow(`--${option}: ${file} exists. Add --force`);
        expect(readFileSync(file, "utf8")).toBe("mine");
        expect(existsSync(option === "cert" ? key : cert)).toBe(false);
    });

    it("replaces files with --force, and resets the permissions of an existing key file", async () => {
        writeFileSync(key, "mine");
        chmodSync(key, 0o644);
        expect((await convert({ force: true })).converted).toBe(true);
        expect([readFileSync(key, "utf8"), mode(key)]).toEqual([leaf.key, "600"]);
    });

    it.each<[string, Partial<ConvertFlags>, string]>([
        ["one file for both", { key: cert }, "the same file"],
        [
            "a variable that is not set",
            { pfxPasswordEnv: "NO_SUCH" },
            "--pfx-password-env: the environment variable NO_SUCH is not set",
        ],
        ["a missing PFX file", { pfx: "no.pfx" }, "cannot read no.pfx: it does not exist"],
        ["a missing folder", { key: path.join(folder, "no", "key.pem") }, "cannot write"],
        ["a device", { key: "/dev/null", force: true }, "not a regular file"],
    ])("rejects %s", async (_, flags, message) => {
        await expect(convert(flags)).rejects.toThrow(message);
        expect(existsSync(key)).toBe(false);
    });

    it("writes both files or none, so that a second attempt does not need --force", async () => {
        await expect(convert({ key: path.join(folder, "no", "key.pem") })).rejects.toThrow("cannot write");
        expect(readdirSync(folder)).toEqual([]);
        writeFileSync(cert, "mine");
        await expect(convert({ key: path.join(folder, "no", "key.pem"), force: true })).rejects.toThrow(
            "--key",
        );
        expect([readdirSync(folder), readFileSync(cert, "utf8")]).toEqual([["chain.pem"], "mine"]);
    });

    it.each(["cert", "key"])("does not write --%s over the PFX file, even with --force", async option => {
        const before = readFileSync(pfx);
        await expect(convert({ [option]: pfx, force: true })).rejects.toThrow(
            `--${option} names the PFX file`,
        );
        expect(readFileSync(pfx)).toEqual(before);
    });

    it("does not follow a symbolic link with --force", async () => {
        symlinkSync(path.join(folder, "elsewhere"), key);
        await expect(convert({ force: true })).rejects.toThrow("not a regular file");
        expect(existsSync(path.join(folder, "elsewhere"))).toBe(false);
    });

    it("shows the key on a terminal only with --show-key", async () => {
        await expect(convert({ key: "-" }, true)).rejects.toThrow("--show-key");
        expect(existsSync(cert)).toBe(false);
        expect((await convert({ key: "-", showKey: true }, true)).shown).toBe(leaf.key);
        rmSync(cert);
        // Standard output is a pipe here.
        expect((await convert({ key: "-" })).shown).toBe(leaf.key);
    });

    it("writes no file if the PFX file has no key", async () => {
        const open = workspace.write(
            "no-key.pfx",
            workspace.export(leaf, [], "-nokeys", "-passout", `pass:${PASSWORD}`),
        );
        expect(await convert({ pfx: open })).toMatchObject({ codes: ["pfx-no-key"], converted: false });
        expect([existsSync(cert), existsSync(key)]).toEqual([false, false]);
    });

    it("ends with 0, 1 or 2 as a command, and its messages do not contain the password", async () => {
        const program = path.join(REPOSITORY, "cli", "index.ts");
        const run = async (password: string, ...args: string[]) =>
            await execa(
                "node",
                ["--import", require.resolve("tsx"), program, "certificate", "convert", ...args],
                {
                    cwd: folder,
                    env: { PFX_PASSWORD: password },
                    reject: false,
                },
            );
        const files = ["--pfx", pfx, "--pfx-password-env", "PFX_PASSWORD", "--cert", "-", "--key", "-"];
        const good = await run(PASSWORD, ...files);
        expect([good.exitCode, good.stderr]).toEqual([0, ""]);
        expect(`${good.stdout}\n`).toBe(leaf.certificate + intermediate.certificate + leaf.key);
        const wrong = await run("battery staple", ...files);
        expect([wrong.exitCode, wrong.stdout]).toEqual([1, ""]);
        expect(wrong.stderr).toMatch(/^error pfx-password-wrong\n/);
        expect(wrong.stderr).not.toContain("battery staple");
        expect((await run(PASSWORD, "--pfx", pfx)).exitCode).toBe(2);
    });
});
