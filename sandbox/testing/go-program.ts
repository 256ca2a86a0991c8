import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";

/**
 * Path of a program that is built from a Go module and cached. Go verifies the checksums in go.sum.
 * @param module folder next to this file, whose go.mod pins the version
 */
export async function goProgram(name: string, module: string, mainPackage: string): Promise<string> {
    const source = path.join(__dirname, module);
    const checksums = readFileSync(path.join(source, "go.sum"));
    const version = createHash("sha256").update(checksums).digest("hex").slice(0, 16);
    const folder = await cached(path.join("test", `${name}-${version}-${process.arch}`), async target => {
        await execa("go", ["build", "-trimpath", "-o", path.join(target, name), mainPackage], {
            cwd: source,
            env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
            stdin: "ignore",
        });
    });
    return path.join(folder, name);
}
