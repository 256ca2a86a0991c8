import * as path from "node:path";
import { execa } from "execa";
import { debianPackages, type DebianTree, hasDebianPackages } from "../machine/debian";

const ROOT = path.dirname(__dirname);

/** Lints all tracked shell and Lua scripts: `npm run lint` runs this. Without Debian packages it does so only on CI, and fails there. */
async function main(): Promise<void> {
    if (!hasDebianPackages() && process.env.CI !== "true") {
        console.log("Scripts are not linted: shellcheck and luacheck come from Debian packages.");
        return;
    }
    const failed = [await lintShell(await tracked("*.sh")), await lintLua(await tracked("*.lua"))];
    if (failed.some(Boolean)) process.exitCode = 1;
}

async function tracked(pattern: string): Promise<string[]> {
    const { stdout } = await execa("git", ["ls-files", "-z", pattern], { cwd: ROOT });
    return stdout.split("\0").filter(Boolean);
}

async function lintShell(files: readonly string[]): Promise<boolean> {
    const tree = await debianPackages(["shellcheck"]);
    return lint(tree.path("usr/bin/shellcheck"), files, tree.environment);
}

async function lintLua(files: readonly string[]): Promise<boolean> {
    const tree = await debianPackages(["lua-check"]);
    const args = [tree.path("usr/bin/luacheck"), "--quiet", "--no-color", ...files];
    return lint(tree.path("usr/bin/lua5.1"), args, { ...tree.environment, ...luaPaths(tree) });
}

/** Where luacheck finds its modules in the unpacked packages. `;;` adds the default folders. */
function luaPaths({ root, environment }: DebianTree): NodeJS.ProcessEnv {
    const modules = path.join(root, "usr/share/lua/5.1");
    const libraries = (environment.LD_LIBRARY_PATH ?? "").split(":").filter(Boolean);
    return {
        LUA_PATH: `${modules}/?.lua;${modules}/?/init.lua;;`,
        LUA_CPATH: `${libraries.map(folder => `${folder}/lua/5.1/?.so;`).join("")};`,
    };
}

/** Whether the linter reports anything. */
async function lint(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
    const { failed } = await execa(program, args, { cwd: ROOT, env, reject: false, stdio: "inherit" });
    return failed;
}

void main();
