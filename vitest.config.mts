/** The projects and tiers of the tests. docs/testing.md describes them. */
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

/**
 * `npm run test:all`: also the sandbox's own tests, every load and ACME test, and the full counts of random tests. The same as FULL in
 * sandbox/testing/full.ts, which this file does not import: Vite warns about imports of TypeScript files in its configuration.
 */
const FULL = process.env.TEST_FULL === "1";

/**
 * Files that only `npm run test:all` runs, or a command line that names them. Lower projects or other files prove most of what they do,
 * or they mostly wait.
 */
const FULL_ONLY = [
    "test/cluster/auto-aks.test.ts",
    "test/engine/aci-gate.test.ts",
    "test/engine/aci-revision-ttl.test.ts",
    "test/engine/address-guard.test.ts",
    "test/engine/images.test.ts",
    "test/engine/switching.test.ts",
    "test/servers/busy-front.test.ts",
    "test/unit/issuer/fence.test.ts",
];

/** What the command line names: projects, files or parts of their paths. */
const named = (text: string) => process.argv.slice(2).some(argument => argument.includes(text));
const namedFile = (file: string) =>
    process.argv.slice(2).some(argument => argument.includes("/") && file.includes(argument));

const LEFT_OUT = FULL ? [] : FULL_ONLY.filter(file => !namedFile(file));

/** Files that run concurrently. On two cores, tests with the engine or the sandbox wait half of the time. */
const WORKERS = 4;

const ONE_MINUTE = 60_000;
const TEN_MINUTES = 600_000;

/** Groups run one after the other. All files of a group run concurrently. */
const GROUP = {
    main: 0,
    /** With sandboxes, and what mostly waits. A sandbox takes processor time from its first file to the end of the run. */
    sandbox: 1,
    /** Under constant load; other files would take the processor time that the requests need. */
    load: 2,
    /** Attacks that share the processor with the client whose latency is measured. */
    attacks: 3,
    /** Compares the whole machine before and after, so no other file may run. */
    footprint: 4,
};

/**
 * Programs and images of a project that can take minutes to build the first time: `global.ts` starts the builds in the
 * background, and in `wait.ts` each file waits for them. TEST_NEEDS names them in both (sandbox/testing/setup/builds.ts).
 */
const needing = (needs: "engine" | "servers" | "aws-lc" | "sandbox"): Options => ({
    env: { TEST_NEEDS: needs },
    globalSetup: ["sandbox/testing/setup/global.ts"],
    setupFiles: ["sandbox/testing/setup/wait.ts"],
});

interface Options {
    /** Timeout of tests and hooks in milliseconds. */
    timeout?: number;
    group?: number;
    /** Files at the same time. @default WORKERS */
    maxWorkers?: number;
    exclude?: string[];
    env?: Record<string, string>;
    globalSetup?: string[];
    setupFiles?: string[];
}

function project(
    name: string,
    include: string | string[],
    { timeout = TEN_MINUTES, group = GROUP.main, exclude = [], ...others }: Options = {},
): TestProjectInlineConfiguration {
    return {
        test: {
            name,
            include: [include].flat(),
            exclude: [...exclude, ...LEFT_OUT],
            testTimeout: timeout,
            hookTimeout: timeout,
            maxWorkers: WORKERS,
            sequence: { groupOrder: group },
            ...others,
        },
    };
}

/** One project per folder of test/unit, so that `--project pki` runs the tests of components/pki. */
const unitRooms = readdirSync(path.join(import.meta.dirname, "test", "unit"), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => project(name, `test/unit/${name}/**/*.test.ts`, { timeout: ONE_MINUTE }));

/** `verify --stack` reads the outputs of a stack. */
const VERIFY_COMMAND = "test/servers/verify-command.test.ts";
const FRONT = "test/servers/{front*,busy-front}.test.ts";
const FOOTPRINT = "sandbox/test/node/sandbox.test.ts";
const PROVIDERS =
    "sandbox/test/providers/{azure-native,azure-native-clusters,capabilities,tls-random}.test.ts";

const sandboxProjects = [
    project("sandbox-unit", "sandbox/test/unit/**/*.test.ts", { timeout: ONE_MINUTE }),
    project("sandbox-providers", PROVIDERS, needing("engine")),
    project("sandbox-images", "sandbox/test/images/{iris-image,pebble}.test.ts", needing("servers")),
    project(
        "sandbox-node",
        [
            "sandbox/test/azure-clients/**/*.test.ts",
            "sandbox/test/images/lego-sandbox.test.ts",
            "sandbox/test/node/{load-balancer,node}.test.ts",
            "sandbox/test/providers/kubernetes.test.ts",
        ],
        { ...needing("sandbox"), group: GROUP.sandbox },
    ),
];

const attacks = project("attacks", "test/attacks/**/*.test.ts", {
    ...needing("servers"),
    group: GROUP.attacks,
    maxWorkers: 1,
});

const user = project("user", "test/user/**/*.test.ts", { ...needing("sandbox"), group: GROUP.sandbox });
const footprint = project("footprint", FOOTPRINT, { ...needing("sandbox"), group: GROUP.footprint });

export default defineConfig({
    test: {
        reporters: ["default", "./test/reporter.ts"],
        projects: [
            project("checks", "test/checks/**/*.test.ts"),
            ...unitRooms,
            project("engine", ["test/engine/**/*.test.ts", VERIFY_COMMAND], needing("engine")),
            project("package", "test/package/**/*.test.ts", needing("engine")),
            ...(FULL || named("user") ? [user] : []),
            project("servers-front", FRONT, { ...needing("servers"), group: GROUP.sandbox }),
            // HAProxy with the TLS library of its official image, in `npm run test:all` or when it is named.
            ...(FULL || named("aws-lc")
                ? [project("servers-front-aws-lc", FRONT, { ...needing("aws-lc"), group: GROUP.sandbox })]
                : []),
            project("servers-issuer", "test/servers/issuer*.test.ts", {
                ...needing("servers"),
                group: GROUP.sandbox,
            }),
            project("servers-verify", "test/servers/verify*.test.ts", {
                ...needing("servers"),
                exclude: [VERIFY_COMMAND],
            }),
            project("cluster", "test/cluster/**/*.test.ts", {
                ...needing("sandbox"),
                group: GROUP.sandbox,
            }),
            project("load", "test/load/**/*.test.ts", { ...needing("sandbox"), group: GROUP.load }),
            ...(named("attacks") ? [attacks] : []),
            ...(FULL || named("footprint") || namedFile(FOOTPRINT) ? [footprint] : []),
            // The sandbox is a tool of the tests: its own tests run in `npm run test:all`, or when they are named.
            ...(FULL || named("sandbox") ? sandboxProjects : []),
        ],
    },
});
