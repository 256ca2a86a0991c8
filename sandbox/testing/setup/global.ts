/** Vitest global setup: starts the builds of a project and resets the sandboxes of the tests. */
import type { TestProject } from "vitest/node";
import { sandboxDown } from "../../lifecycle/sandbox";
import { CANNOT_RUN } from "../requirements";
import { cleanTestSandbox, numbered, stopTestSandbox, TEST_SANDBOXES } from "../test-sandbox";
import { BackgroundBuilds } from "./background";
import type { Needs } from "./builds";

/** Vitest loads this file once for each project, so what the projects share is a global variable. */
const shared = globalThis as { testSetup?: { builds: BackgroundBuilds; sandboxes?: Promise<void> } };
const state = (shared.testSetup ??= { builds: new BackgroundBuilds() });

const { AZURE_SECURE_INFERENCE_SANDBOX: named } = process.env;

export async function setup(project: TestProject): Promise<void> {
    const needs = project.config.env.TEST_NEEDS as Needs;
    state.builds.add(needs);
    if (needs === "sandbox" && CANNOT_RUN === undefined) await (state.sandboxes ??= resetSandboxes());
}

export async function teardown(): Promise<void> {
    state.builds.stop();
    if (state.sandboxes === undefined) return;
    state.sandboxes = undefined;
    if (named === undefined) await Promise.all(TEST_SANDBOXES.map(stopTestSandbox));
    else await sandboxDown(numbered(named));
}

/** Does not reset a sandbox that the environment selects, because the user may need its resources. */
async function resetSandboxes(): Promise<void> {
    if (named === undefined) await Promise.all(TEST_SANDBOXES.map(cleanTestSandbox));
}
