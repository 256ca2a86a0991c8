/**
 * `npm run build`: compiles the library and the command line into an empty dist/, and copies their files in other languages, which the
 * compiler ignores. An empty folder, because npm packs all of dist/ and files of an earlier build must not be published.
 */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync, statSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const PUBLISHED = ["components", "cli"];

rmSync(path.join(ROOT, "dist"), { recursive: true, force: true });
const compiler = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [compiler, "--project", "tsconfig.build.json"], {
    cwd: ROOT,
    stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
for (const room of PUBLISHED) {
    cpSync(path.join(ROOT, room), path.join(ROOT, "dist", room), {
        recursive: true,
        filter: file => statSync(file).isDirectory() || !/\.(ts|md)$/.test(file),
    });
}
