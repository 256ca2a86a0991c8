import * as path from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { ROOT } from "../../../../machine/root";
import { standIns } from "../../../providers/build/bundle";
import { bundleSources } from "../../../providers/build/fingerprint";

it.each(standIns)("covers every source file of the bundle of $name by the cache key", async ({ name }) => {
    const { metafile } = await build({
        entryPoints: [path.join(ROOT, "sandbox/providers", name, "main.ts")],
        absWorkingDir: ROOT,
        bundle: true,
        platform: "node",
        write: false,
        metafile: true,
        logLevel: "error",
    });
    const sources = Object.keys(metafile.inputs).filter(file => !file.includes("node_modules/"));
    expect(sources).toContain("sandbox/providers/protocol/server.ts");
    expect(bundleSources()).toEqual(expect.arrayContaining(sources));
});
