import { defineConfig } from "vitest/config";

const TEN_MINUTES = 600_000;

export default defineConfig({
    test: {
        reporters: ["default", "./test/reporter.ts"],
        projects: [
            { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
            {
                test: {
                    name: "engine",
                    include: ["test/engine/**/*.test.ts"],
                    testTimeout: TEN_MINUTES,
                    hookTimeout: TEN_MINUTES,
                    fileParallelism: false,
                },
            },
            {
                test: {
                    name: "e2e",
                    include: ["test/e2e/**/*.test.ts"],
                    testTimeout: TEN_MINUTES,
                    hookTimeout: TEN_MINUTES,
                    fileParallelism: false,
                },
            },
        ],
    },
});
