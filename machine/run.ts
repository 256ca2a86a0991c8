import { execa } from "execa";
import { ROOT } from "./root";

/** Runs a program with this terminal, in the checkout, and returns its exit code. */
export async function runInteractively(
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
): Promise<number> {
    const { exitCode, code } = await execa(command, args, {
        cwd: ROOT,
        env: environment,
        stdio: "inherit",
        reject: false,
    });
    if (code === "ENOENT") throw new Error(`${command} is not installed.`);
    return exitCode ?? 1;
}

/** Runs a TypeScript file of this checkout with this terminal, and returns its exit code. */
export async function runScript(
    file: string,
    args: readonly string[],
    environment?: NodeJS.ProcessEnv,
): Promise<number> {
    return await runInteractively(process.execPath, ["--import", "tsx", file, ...args], environment);
}

/** Ends this process with the exit code of another, or after a failure with its message, which is meant for people. */
export function endLike(ending: unknown): void {
    if (typeof ending === "number") {
        process.exitCode = ending;
        return;
    }
    console.error(ending instanceof Error ? ending.message : ending);
    process.exitCode = 1;
}
