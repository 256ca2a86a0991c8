import { sandboxDown } from "../../sandbox/daemons/sandbox";
import { testSandbox, WORKERS } from "./test-sandbox";

/** Stops the sandboxes that the files have left running, after the last of them. */
export async function teardown(): Promise<void> {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return;
    for (let worker = 1; worker <= WORKERS; worker++) await sandboxDown(testSandbox(String(worker)));
}
