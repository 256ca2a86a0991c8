import { execa } from "execa";
import { ROOT } from "./root";

/** Runs a program in the root folder of the checkout, connected to this terminal, and returns its exit code. */
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
    if (code === "ENOENT") throw new Error(`${command} is not installed. Install it and try again.`);
    return exitCode ?? 1;
}

/** Runs a TypeScript file of this checkout, connected to this terminal, and returns its exit code. */
export async function runScript(
    file: string,
    args: readonly string[],
    environment?: NodeJS.ProcessEnv,
): Promise<number> {
    return await runInteractively(process.execPath, ["--import", "tsx", file, ...args], environment);
}

/**
 * Sets the exit code of this process.
 * @param outcome the exit code, or an error: then its message is shown, without the stack, and the exit code is 1
 */
export function setExitCode(outcome: unknown): void {
    if (typeof outcome === "number") {
        process.exitCode = outcome;
        return;
    }
    console.error(outcome instanceof Error ? outcome.message : outcome);
    process.exitCode = 1;
}
