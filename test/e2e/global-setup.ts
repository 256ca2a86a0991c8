import { sandboxDown } from "../../sandbox/daemons/sandbox";
import { sandboxInstance } from "../../sandbox/instance";

/**
 * After the last file. Each file starts the sandbox if it is not there, removes what it made, and leaves it running: starting it
 * for every file would take longer than most of them.
 */
export async function teardown(): Promise<void> {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return;
    await sandboxDown(sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: "1", ...process.env }));
}
