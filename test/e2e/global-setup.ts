import type { TestProject } from "vitest/node";
import { sandboxDown } from "../../sandbox/daemons/sandbox";
import { testSandbox } from "./test-sandbox";

/** After the last file: stops the sandboxes that they have left running, one for each worker. */
export default function setup(project: TestProject): () => Promise<void> {
    return async () => {
        if (process.platform !== "linux" || process.getuid?.() !== 0) return;
        const workers = Number(project.config.maxWorkers);
        for (let worker = 1; worker <= workers; worker++) await sandboxDown(testSandbox(String(worker)));
    };
}
