import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with one line that counts everything, for people and for continuous integration. */
export default class ClosingLine implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
        const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
        for (const module of modules) {
            // A file that could not be loaded has no tests, and still must not pass.
            const failedBefore = count.failed;
            for (const test of module.children.allTests()) {
                const { state } = test.result();
                if (state === "pending") count.failed++;
                else count[state]++;
            }
            if (!module.ok() && count.failed === failedBefore) count.failed++;
        }
        const skipped = count.skipped ? `, ${count.skipped} skipped` : "";
        // The default reporter writes its own summary in the same hook: this line has to come after it.
        process.on("exit", () => console.log(`${count.passed} passed, ${count.failed} failed${skipped}`));
    }
}
