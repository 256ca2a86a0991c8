import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";

/**
 * Path of a program that is built from a Go module and cached. Go verifies the checksums in go.sum.
 * @param module folder whose go.mod pins the versions: an absolute path, or one relative to this file
 * @param mainPackage `.` for the module's own program
 */
export async function goProgram(name: string, module: string, mainPackage: string): Promise<string> {
    const source = path.resolve(__dirname, module);
    const folder = await cached(
        path.join("test", `${name}-${digest(source)}-${process.arch}`),
        async target => {
            await execa("go", ["build", "-trimpath", "-o", path.join(target, name), mainPackage], {
                cwd: source,
                env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
                stdin: "ignore",
            });
        },
    );
    return path.join(folder, name);
}

/** Digest of everything that determines the program: the versions and checksums of its modules, and its own sources. */
function digest(source: string): string {
    const hash = createHash("sha256");
    for (const file of readdirSync(source).sort())
        hash.update(file)
            .update("\0")
            .update(readFileSync(path.join(source, file)))
            .update("\0");
    return hash.digest("hex").slice(0, 16);
}
