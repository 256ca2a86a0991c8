import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, cp, link, mkdir } from "node:fs/promises";
import * as path from "node:path";
import { build } from "esbuild";
import { cached } from "../cache";
import { INSTALLED_PACKAGES, ROOT } from "../root";
import { type Engine, firstInPath } from "./engine";
import { programOnPath } from "./on-path";

const HOST = "pulumi-language-nodejs";
/** The script that runs dynamic providers. The Node SDK ships it, and releases of the engine contain a copy. */
const DYNAMIC_PROVIDER = "pulumi-resource-pulumi-nodejs";
const SOURCE = path.resolve(__dirname, "..", "language-host");

/**
 * Adds a language host for Node programs to an engine: the official one if it is installed with the engine,
 * otherwise the one in `machine/language-host`.
 */
export async function withLanguageHost(engine: Engine): Promise<Engine> {
    const folder = path.dirname(engine.command);
    if (existsSync(path.join(folder, HOST))) return { ...engine, environment: firstInPath(folder) };
    if (engine.origin === "found on PATH" && programOnPath(HOST)) return engine;

    const entry = await cached(path.join("engine", `hosted-${digest(engine)}`), root =>
        assemble(engine.command, path.join(root, "bin")),
    );
    const bin = path.join(entry, "bin");
    return { ...engine, command: path.join(bin, "pulumi"), environment: firstInPath(bin) };
}

/** Fills a folder with the engine and the language host, as in an official release. */
async function assemble(command: string, bin: string): Promise<void> {
    await mkdir(bin);
    // The engine searches language hosts in the folder of its own executable and resolves symbolic links first, so this
    // must be a hard link, or a copy where the file systems differ.
    await link(command, path.join(bin, "pulumi")).catch(() => cp(command, path.join(bin, "pulumi")));
    await bundle(path.join(bin, HOST));
    const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
    await cp(path.join(sdk, DYNAMIC_PROVIDER), path.join(bin, DYNAMIC_PROVIDER));
    await chmod(path.join(bin, DYNAMIC_PROVIDER), 0o755);
}

/** Bundles the language host into one executable file, which works for programs in any folder. */
async function bundle(file: string): Promise<void> {
    await build({
        entryPoints: [path.join(SOURCE, "main.ts")],
        outfile: file,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        minifySyntax: true,
        minifyWhitespace: true,
        legalComments: "none",
        logLevel: "error",
        banner: { js: "#!/usr/bin/env node" },
    });
    await chmod(file, 0o755);
}

/** Changes with the engine, the sources of the language host, the build above, and the installed npm packages. */
function digest(engine: Engine): string {
    const hash = createHash("sha256").update(engine.command);
    for (const file of languageHostSources()) {
        hash.update(path.relative(ROOT, file)).update(readFileSync(file));
    }
    return hash.update(readFileSync(INSTALLED_PACKAGES)).digest("hex").slice(0, 16);
}

/** The source files that determine the bundle. The folder has no subfolders. */
export function languageHostSources(): string[] {
    const files = readdirSync(SOURCE).sort();
    return [__filename, ...files.map(file => path.join(SOURCE, file))];
}
