import * as path from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../machine/root";

/**
 * Bundles a Node program without writing the bundle.
 *
 * @param entry the program's main file, relative to the root of the checkout
 * @returns the bundled files of this project, relative to the root of the checkout; without npm packages
 */
export async function bundledSources(entry: string): Promise<string[]> {
    const { metafile } = await build({
        entryPoints: [path.join(ROOT, entry)],
        absWorkingDir: ROOT,
        bundle: true,
        platform: "node",
        write: false,
        metafile: true,
        logLevel: "error",
    });
    return Object.keys(metafile.inputs).filter(file => !file.includes("node_modules/"));
}
