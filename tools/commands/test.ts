/**
 * `npm test`: types and style first, because they are quickly known, then every test. Arguments go to the test runner,
 * e.g. `npm test -- test/unit`.
 */
import { endLike, runInteractively } from "../run";
import { withProgress } from "../progress";
import { execa } from "execa";
import { ROOT } from "../root";

const CHECKS = {
    "Checking types": "typecheck",
    "Checking style": "lint",
};

async function main(args: readonly string[]): Promise<number> {
    let failed = false;
    for (const [title, script] of Object.entries(CHECKS)) failed = !(await check(title, script)) || failed;
    const tests = await runInteractively("npx", ["--no-install", "vitest", "run", ...args]);
    return failed ? 1 : tests;
}

/** Runs an npm script and shows what it says only when it fails. */
async function check(title: string, script: string): Promise<boolean> {
    try {
        await withProgress(
            title,
            async () => await execa("npm", ["run", "--silent", script], { cwd: ROOT, all: true }),
        );
        return true;
    } catch (error) {
        console.error((error as { all?: string }).all ?? error);
        return false;
    }
}

void main(process.argv.slice(2)).then(endLike, endLike);
