/**
 * `npm run build`: compiles the library and the command line into an empty dist/, and copies their files in other languages, which the
 * compiler ignores. An empty folder, because npm packs all of dist/ and files of an earlier build must not be published.
 *
 * The command line is one file with its dependencies: loading hundreds of files took longer than checking a certificate.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

rmSync(path.join(ROOT, "dist"), { recursive: true, force: true });
const compiler = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [compiler, "--project", "tsconfig.build.json"], {
    cwd: ROOT,
    stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
cpSync(path.join(ROOT, "components"), path.join(ROOT, "dist", "components"), {
    recursive: true,
    filter: file => statSync(file).isDirectory() || !/\.(ts|md)$/.test(file),
});

const CLI = path.join(ROOT, "dist", "cli");
rmSync(CLI, { recursive: true });
const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["cli/index.ts"],
    outdir: "dist/cli",
    bundle: true,
    platform: "node",
    target: "node20",
    // Names stay, for the stack traces of unexpected errors.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
});
writeFileSync(path.join(CLI, "LICENSES.txt"), licences(Object.keys(metafile.inputs)));

/** The licences of the packages in the bundle, which require that every copy contains them. */
function licences(inputs) {
    const folders = inputs.flatMap(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    return [...new Set(folders)]
        .sort()
        .map(folder => {
            const { name, version } = JSON.parse(
                readFileSync(path.join(ROOT, folder, "package.json"), "utf8"),
            );
            const [file] = readdirSync(path.join(ROOT, folder)).filter(one => /^licen[cs]e/i.test(one));
            if (file === undefined)
                throw new Error(`${name} has no licence file, so it cannot be part of the command line.`);
            return `${name} ${version}\n\n${readFileSync(path.join(ROOT, folder, file), "utf8").trim()}\n`;
        })
        .join(`\n${"-".repeat(80)}\n\n`);
}
