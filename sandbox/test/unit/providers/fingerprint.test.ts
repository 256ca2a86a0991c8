import { expect, it } from "vitest";
import { standIns } from "../../../providers/build/bundle";
import { bundleSources } from "../../../providers/build/fingerprint";
import { bundledSources } from "../../../testing/bundled-sources";

it.each(standIns)("covers every source file of the bundle of $name by the cache key", async ({ name }) => {
    const sources = await bundledSources(`sandbox/providers/${name}/main.ts`);
    expect(sources).toContain("sandbox/providers/protocol/server.ts");
    expect(bundleSources()).toEqual(expect.arrayContaining(sources));
});
