import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TEN_MEGABYTES = 10 * 1024 * 1024;

/**
 * Reads the outputs of a stack with the `pulumi` on PATH, in the project of the current folder. Secrets are
 * decrypted and pass through a pipe only.
 *
 * @throws Error with Pulumi's standard error, which never contains outputs
 */
export async function readStackOutputs(stack: string): Promise<unknown> {
    const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive", `--stack=${stack}`];
    try {
        const { stdout } = await promisify(execFile)("pulumi", args, { maxBuffer: TEN_MEGABYTES });
        return JSON.parse(stdout) as unknown;
    } catch (error) {
        if (error instanceof SyntaxError) throw new Error("pulumi stack output printed invalid JSON.");
        const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
        if (code === "ENOENT") {
            throw new Error(
                "pulumi is not on PATH. Install it (https://www.pulumi.com/docs/install/), or use --url.",
            );
        }
        const reason = stderr.trim().replace(/^error: /, "") || `exit code ${code}`;
        throw new Error(`--stack: Pulumi cannot read the stack ${stack}: ${reason}`);
    }
}
