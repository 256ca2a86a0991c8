import { sandboxDown } from "../lifecycle/sandbox";
import { nodeTools } from "../node/tools";
import { pulumiEngine } from "../../machine/engine";
import { cleanTestSandbox, numbered, TEST_SANDBOXES } from "./test-sandbox";

const { AZURE_SECURE_INFERENCE_SANDBOX: named } = process.env;
const HAS_SANDBOXES = process.platform === "linux" && process.getuid?.() === 0;

/**
 * Before the first file: what takes many minutes to build is there, because tests have a limit, and sandboxes are empty. One that
 * the environment names may have more in it than tests know of.
 */
export async function setup(): Promise<void> {
    await pulumiEngine();
    if (!HAS_SANDBOXES) return;
    await nodeTools();
    if (named === undefined) await Promise.all(TEST_SANDBOXES.map(cleanTestSandbox));
}

/** After the last file: stops the sandboxes that they have left running. */
export async function teardown(): Promise<void> {
    if (!HAS_SANDBOXES) return;
    for (const number of named === undefined ? TEST_SANDBOXES : [named]) {
        await sandboxDown(numbered(String(number)));
    }
}
