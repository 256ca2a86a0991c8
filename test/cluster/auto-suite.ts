import { afterAll, beforeAll, expect } from "vitest";
import type { PebbleOptions } from "../../sandbox/testing/pebble";
import { testSandbox } from "../../sandbox/testing/test-sandbox";
import type { Settings } from "../support/service-stack";
import { AutoStage } from "./auto-stage";

/**
 * A lifetime of certificates with which the issuer checks every 30 seconds. Half of it is longer than an update and than the tests
 * that expect the same certificate.
 */
export const LIFETIME_SECONDS = 600;

/**
 * Opens a stage before the tests of the suite that calls this, and closes it after them.
 * @returns the stage, once the tests run
 */
export function stageOfSuite(
    settings: Settings,
    authority: Pick<PebbleOptions, "lifetimeSeconds"> = {},
): () => AutoStage {
    let stage: AutoStage | undefined;
    beforeAll(async () => {
        stage = await AutoStage.open(testSandbox(), settings, authority);
    });
    afterAll(() => stage?.close());
    return () => {
        if (!stage) throw new Error("The stage opens in beforeAll. Use it in tests only.");
        return stage;
    };
}

/**
 * Renews under load; what runs must stay the same, and no request may fail.
 * @param running identifies the processes that serve, with their starts
 */
export async function expectRenewalWithoutFailures(
    stage: AutoStage,
    url: string,
    running: () => Promise<unknown[]>,
): Promise<void> {
    const started = await running();
    expect(await stage.renewalUnderLoad(url)).toEqual({ renewed: true, any: true, firstFailures: [] });
    expect((await stage.servedCertificate(new URL(url).hostname)).trusted).toBe(true);
    expect(await running()).toEqual(started);
}
