import { defineConfig } from "vitest/config";

const TEN_MINUTES = 600_000;
/** Files that run side by side, on two cores: those with the engine or the sandbox wait for others half of the time. */
const WORKERS = 3;
/** Have hundreds of requests a second answered without a failure: beside another file, both wait for the processors. */
const UNDER_LOAD = ["test/load/**/*.test.ts"];

/** Of those with a sandbox. */
const globalSetup = ["sandbox/testing/global-setup.ts"];
const patient = { testTimeout: TEN_MINUTES, hookTimeout: TEN_MINUTES };

/** Looks at the whole machine, so nothing else may come and go meanwhile. */
const ALONE = "sandbox/test/node/sandbox.test.ts";

export default defineConfig({
    test: {
        reporters: ["default", "./test/reporter.ts"],
        projects: [
            {
                test: {
                    name: "checks",
                    include: ["test/checks/**/*.test.ts"],
                    ...patient,
                    maxWorkers: WORKERS,
                    sequence: { groupOrder: 0 },
                },
            },
            {
                test: {
                    name: "unit",
                    include: ["test/unit/**/*.test.ts", "sandbox/test/unit/**/*.test.ts"],
                    testTimeout: 60_000,
                    hookTimeout: 60_000,
                    maxWorkers: WORKERS,
                    sequence: { groupOrder: 0 },
                },
            },
            {
                test: {
                    name: "machine",
                    include: [ALONE],
                    globalSetup,
                    ...patient,
                    fileParallelism: false,
                    sequence: { groupOrder: 1 },
                },
            },
            {
                test: {
                    name: "engine",
                    include: [
                        "test/engine/**/*.test.ts",
                        "sandbox/test/providers/{azure-native,azure-native-clusters,tls-random,capabilities}.test.ts",
                    ],
                    ...patient,
                    maxWorkers: WORKERS,
                    sequence: { groupOrder: 2 },
                },
            },
            {
                test: {
                    name: "e2e",
                    include: [
                        "test/servers/**/*.test.ts",
                        "test/cluster/**/*.test.ts",
                        "sandbox/test/**/*.test.ts",
                    ],
                    exclude: [
                        ALONE,
                        "sandbox/test/unit/**",
                        "sandbox/test/providers/{azure-native,azure-native-clusters,tls-random,capabilities}.test.ts",
                    ],
                    globalSetup,
                    ...patient,
                    maxWorkers: WORKERS,
                    sequence: { groupOrder: 2 },
                },
            },
            {
                test: {
                    name: "load",
                    include: UNDER_LOAD,
                    globalSetup,
                    ...patient,
                    fileParallelism: false,
                    sequence: { groupOrder: 3 },
                },
            },
        ],
    },
});
