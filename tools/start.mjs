/**
 * Starts one of the project's commands: `node tools/start.mjs up …`. Plain JavaScript without dependencies, because a fresh
 * checkout has no packages installed yet. Installs them first.
 */
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** As `engines` in package.json. From this version on, CommonJS can load packages that are ES modules. */
const OLDEST_NODE = [20, 19];

function checkNode() {
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
    console.error(
        `Node ${OLDEST_NODE.join(".")} or newer is needed, and this is ${process.versions.node}. ` +
            "Install one from https://nodejs.org/ or with your version manager and try again.",
    );
    process.exit(1);
}

/** Runs `npm ci` if node_modules is missing or older than package-lock.json. */
async function installDependencies() {
    // npm writes this file last, so after an interrupted installation it is missing or old.
    const installed = path.join(ROOT, "node_modules", ".package-lock.json");
    const wanted = path.join(ROOT, "package-lock.json");
    if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
    console.error("Installing the npm packages …");
    const started = Date.now();
    // Without scripts: the package's own build is needed only to publish it.
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    // esbuild works without its install script, which only makes it start faster.
    console.error(`Installing the npm packages (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

const VITEST = ["node_modules/vitest/vitest.mjs", "run"];

/** The file of each command, and the arguments that come before the user's. */
const COMMANDS = {
    up: ["tools/up.ts"],
    down: ["sandbox/cli.ts", "down"],
    sandbox: ["sandbox/cli.ts"],
    pulumi: ["tools/pulumi.ts"],
    bench: ["bench/index.ts"],
    test: VITEST,
    // Everything that `test` runs, and more: see docs/testing.md.
    "test:all": VITEST,
};

async function runCommand() {
    const [name = "", ...args] = process.argv.slice(2);
    const command = COMMANDS[name];
    if (!command) {
        console.error(`Unknown command "${name}". Commands: ${Object.keys(COMMANDS).join(", ")}.`);
        process.exit(1);
    }
    if (name === "test:all") process.env.TEST_FULL = "1";
    await run(process.execPath, ["--import", "tsx", ...command, ...args]);
}

/** Runs a program in this terminal. If it fails, this process exits with the same code or signal. */
async function run(command, args) {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit" });
    // The terminal also sends Ctrl-C to the program. Wait for the program to handle it.
    const handlers = {
        SIGINT: () => {},
        SIGTERM: () => child.kill("SIGTERM"),
        SIGHUP: () => child.kill("SIGHUP"),
    };
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    const { code, signal, error } = await new Promise(resolve => {
        child.on("error", error => resolve({ error }));
        child.on("exit", (code, signal) => resolve({ code, signal }));
    });
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    if (error) {
        console.error(`${command} could not be started: ${error.message}`);
        process.exit(1);
    }
    if (signal) process.kill(process.pid, signal);
    if (code !== 0) process.exit(code ?? 1);
}

checkNode();
await installDependencies();
await runCommand();
