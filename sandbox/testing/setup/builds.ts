/** The programs and images that test projects need and that take minutes to build the first time. */
import { pulumiEngine } from "../../../machine/engine";
import { frontRoot, imageArchives } from "../../images";
import { awsLcFrontRoot } from "../../images/aws-lc-front";
import { legoArchive, legoProgram } from "../../images/lego";
import { nodeTools } from "../../node/tools";
import { loadProgram } from "../load";
import { modelArchives } from "../model-image";
import { pebbleProgram } from "../pebble";
import { CANNOT_RUN } from "../requirements";

/** The value of the environment variable TEST_NEEDS, which vitest.config.mts sets for each project. */
export type Needs = "engine" | "servers" | "aws-lc" | "sandbox";

const STEPS: Record<Needs, (() => Promise<unknown>)[]> = {
    engine: [pulumiEngine],
    servers: [frontRoot, pebbleProgram, legoProgram, loadProgram],
    "aws-lc": [awsLcFrontRoot],
    sandbox: [
        pulumiEngine,
        frontRoot,
        nodeTools,
        imageArchives,
        modelArchives,
        pebbleProgram,
        legoArchive,
        loadProgram,
    ],
};

/**
 * Builds what is not in the cache, one after the other. Several processes may build at once: each entry of the cache is
 * built by one of them, and the others wait for it.
 */
export async function build(needs: Needs): Promise<void> {
    // Other machines skip the tests that need more than the engine.
    if (CANNOT_RUN !== undefined && needs !== "engine") return;
    for (const step of STEPS[needs]) await step();
}
