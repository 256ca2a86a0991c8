import { defineConfig } from "vitest/config";

const TEN_MINUTES = 600_000;

export default defineConfig({
    test: {
        reporters: ["default", "./test/reporter.ts"],
        projects: [
            {
                test: {
                    name: "unit",
                    include: ["test/unit/**/*.test.ts"],
                    testTimeout: 60_000,
                    sequence: { groupOrder: 0 },
                },
            },
            {
                test: {
                    name: "engine",
                    include: ["test/engine/**/*.test.ts"],
                    testTimeout: TEN_MINUTES,
                    hookTimeout: TEN_MINUTES,
                    fileParallelism: false,
                    // Two processors: the engine's and the sandbox's tests would only slow each other down.
                    sequence: { groupOrder: 1 },
                },
            },
            {
                test: {
                    name: "e2e",
                    include: ["test/e2e/**/*.test.ts"],
                    globalSetup: ["test/e2e/global-setup.ts"],
                    testTimeout: TEN_MINUTES,
                    hookTimeout: TEN_MINUTES,
                    fileParallelism: false,
                    sequence: { groupOrder: 2 },
                },
            },
        ],
    },
});
