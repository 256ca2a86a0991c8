import type { Reporter, TestModule } from "vitest/node";

/** Prints the total of all projects as the last line, for people and for continuous integration. */
export default class ClosingLine implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
        const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
        for (const module of modules) {
            // A file that cannot be loaded has no tests; it counts as one failure.
            const failedBefore = count.failed;
            for (const test of module.children.allTests()) {
                const { state } = test.result();
                if (state === "pending") count.failed++;
                else count[state]++;
            }
            if (!module.ok() && count.failed === failedBefore) count.failed++;
        }
        const skipped = count.skipped ? `, ${count.skipped} skipped` : "";
        // The default reporter prints its summary in the same hook; this line must follow it.
        process.on("exit", () => console.log(`${count.passed} passed, ${count.failed} failed${skipped}`));
    }
}
