import { afterEach, beforeEach } from "vitest";

/**
 * For tests of outputs that fail: ignores unhandled rejections while a test runs. Pulumi keeps several promises for each output and
 * handles none of them: they all reject together.
 */
export function ignoreUnhandledRejections(): void {
    const listeners = process.listeners("unhandledRejection");
    beforeEach(() => {
        process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
    });
    afterEach(async () => {
        await new Promise(resolve => setImmediate(resolve));
        process.removeAllListeners("unhandledRejection");
        for (const listener of listeners) process.on("unhandledRejection", listener);
    });
}
