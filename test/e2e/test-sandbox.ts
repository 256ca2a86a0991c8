import { type SandboxInstance, sandboxInstance } from "../../sandbox/instance";

/**
 * The sandbox of this file: one for each worker, unless the environment names another. Each file starts it if it is not there,
 * removes what it made, and leaves it running: starting it takes longer than many files.
 */
export function testSandbox(worker = process.env.VITEST_POOL_ID ?? "1"): SandboxInstance {
    return sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: worker, ...process.env });
}
