import * as path from "node:path";
import { expect, it } from "vitest";
import { languageHostSources } from "../../../machine/engine/language-host";
import { ROOT } from "../../../machine/root";
import { bundledSources } from "../../../sandbox/testing/bundled-sources";

it("covers every source file of the language host's bundle by the key of its cache entry", async () => {
    const sources = await bundledSources("machine/language-host/main.ts");
    expect(sources).toContain("machine/language-host/run.ts");
    expect(languageHostSources()).toEqual(
        expect.arrayContaining(sources.map(source => path.join(ROOT, source))),
    );
});
