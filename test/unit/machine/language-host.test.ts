import * as path from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { languageHostSources } from "../../../machine/engine/language-host";
import { ROOT } from "../../../machine/root";

it("covers every source file of the language host's bundle by the key of its cache entry", async () => {
    const { metafile } = await build({
        entryPoints: [path.join(ROOT, "machine", "language-host", "main.ts")],
        absWorkingDir: ROOT,
        bundle: true,
        platform: "node",
        write: false,
        metafile: true,
        logLevel: "error",
    });
    const sources = Object.keys(metafile.inputs).filter(file => !file.includes("node_modules/"));
    expect(sources).toContain("machine/language-host/run.ts");
    expect(languageHostSources()).toEqual(
        expect.arrayContaining(sources.map(source => path.join(ROOT, source))),
    );
});
