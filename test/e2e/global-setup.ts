import { sandboxDown } from "../../sandbox/daemons/sandbox";
import { numbered, TEST_SANDBOXES } from "./test-sandbox";

/** After the last file: stops the sandboxes that they have left running. */
export async function teardown(): Promise<void> {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return;
    const { AZURE_SECURE_INFERENCE_SANDBOX: named } = process.env;
    for (const number of named === undefined ? TEST_SANDBOXES : [named]) {
        await sandboxDown(numbered(String(number)));
    }
}
