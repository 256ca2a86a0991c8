import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, cp, link, mkdir } from "node:fs/promises";
import * as path from "node:path";
import { build, version as esbuildVersion } from "esbuild";
import { cached } from "../cache";
import { type Engine, firstInPath } from "./engine";
import { programOnPath } from "./on-path";

const HOST = "pulumi-language-nodejs";
/** Runs dynamic providers; the Node SDK ships the script, the official engine a copy of it. */
const DYNAMIC_PROVIDER = "pulumi-resource-pulumi-nodejs";
const SOURCE = path.resolve(__dirname, "..", "language-host");

/**
 * The same engine together with something that runs Node programs for it: the official host when it is there,
 * otherwise our own.
 */
export async function withLanguageHost(engine: Engine): Promise<Engine> {
    const folder = path.dirname(engine.command);
    if (existsSync(path.join(folder, HOST))) return { ...engine, environment: firstInPath(folder) };
    if (engine.origin === "found on PATH" && programOnPath(HOST)) return engine;

    const complete = await cached(path.join("engine", `hosted-${digest(engine)}`), root =>
        assemble(engine.command, path.join(root, "bin")),
    );
    const bin = path.join(complete, "bin");
    return { ...engine, command: path.join(bin, "pulumi"), environment: firstInPath(bin) };
}

/** A folder with the engine and our host side by side, as in an official release. */
async function assemble(command: string, bin: string): Promise<void> {
    await mkdir(bin);
    // The engine looks beside the file that it was started from, with symbolic links resolved: a hard link stays here.
    await link(command, path.join(bin, "pulumi")).catch(() => cp(command, path.join(bin, "pulumi")));
    await bundle(path.join(bin, HOST));
    const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
    await cp(path.join(sdk, DYNAMIC_PROVIDER), path.join(bin, DYNAMIC_PROVIDER));
    await chmod(path.join(bin, DYNAMIC_PROVIDER), 0o755);
}

/** One self-contained executable file, so that it works for programs anywhere. */
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

function digest(engine: Engine): string {
    const hash = createHash("sha256").update(engine.command).update(esbuildVersion);
    for (const file of readdirSync(SOURCE).sort()) hash.update(readFileSync(path.join(SOURCE, file)));
    for (const name of ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf"]) {
        hash.update(readFileSync(require.resolve(`${name}/package.json`)));
    }
    return hash.digest("hex").slice(0, 16);
}
