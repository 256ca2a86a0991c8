import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TEN_MEGABYTES = 10 * 1024 * 1024;

/**
 * Reads the outputs of a stack with the `pulumi` on PATH, in the project of the current folder. Secrets come in
 * clear, through a pipe.
 *
 * @throws Error with what Pulumi said on its error output, which never holds outputs
 */
export async function readStackOutputs(stack: string): Promise<unknown> {
    const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive", `--stack=${stack}`];
    try {
        const { stdout } = await promisify(execFile)("pulumi", args, { maxBuffer: TEN_MEGABYTES });
        return JSON.parse(stdout) as unknown;
    } catch (error) {
        if (error instanceof SyntaxError) throw new Error("Pulumi printed outputs that are not JSON.");
        const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
        if (code === "ENOENT") {
            throw new Error(
                "There is no pulumi on PATH. Install it (https://www.pulumi.com/docs/install/), or use --url.",
            );
        }
        const reason = stderr.trim().replace(/^error: /, "") || `it ended with ${code}`;
        throw new Error(`Pulumi could not read the stack ${stack}: ${reason}`);
    }
}
