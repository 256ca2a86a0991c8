import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import { execa, ExecaError } from "execa";
import { cached, cacheFolder } from "../cache";
import { withProgress } from "../progress";
import type { Engine } from "./engine";
import { programOnPath } from "./on-path";
import { MINIMUM_VERSION, PINNED_VERSION } from "./version";

const MODULE = path.join(__dirname, "module");
const PROGRAM = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Builds the pinned version of the engine from its Go module. Go verifies the checksums in go.sum. */
export async function builtEngine(): Promise<Engine> {
    const folder = await cached(cacheKey(), root =>
        withProgress(`Building the Pulumi engine ${PINNED_VERSION} (about five minutes, once)`, report =>
            build(path.join(root, "bin"), report),
        ),
    );
    const command = path.join(folder, "bin", "pulumi");
    return { command, version: PINNED_VERSION, origin: "built from source", environment: {} };
}

/** Whether `builtEngine` returns a finished build from the cache. */
export function builtEngineIsCached(): boolean {
    return existsSync(cacheFolder(cacheKey()));
}

async function build(folder: string, report: (detail: string) => void): Promise<void> {
    const go = programOnPath("go");
    if (!go) throw new Error(explanation("it cannot be built because Go is not installed"));
    await mkdir(folder);

    const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PINNED_VERSION}`;
    const flags = ["-v", "-trimpath", "-ldflags", `-s -w -X ${version}`];
    const compiler = execa(go, ["build", ...flags, "-o", path.join(folder, "pulumi"), PROGRAM], {
        cwd: MODULE,
        env: { CGO_ENABLED: "0" },
        stdin: "ignore",
    });
    // With -v, Go prints the name of each package on standard error when it compiles it.
    let packages = 0;
    compiler.stderr.on("data", (chunk: Buffer) => {
        packages += chunk.toString().split("\n").length - 1;
        report(`${packages} packages compiled`);
    });
    try {
        await compiler;
    } catch (error) {
        const output = error instanceof ExecaError ? (error.stderr ?? error.shortMessage) : String(error);
        const lastLines = output.trim().split("\n").slice(-5).join("\n  ");
        throw new Error(explanation(`the build failed:\n  ${lastLines}\n`), { cause: error });
    }
}

function explanation(reason: string): string {
    return (
        `The Pulumi engine is missing: PATH has no pulumi ${MINIMUM_VERSION} or newer, https://get.pulumi.com ` +
        `cannot be reached, and ${reason}. Install Pulumi (https://www.pulumi.com/docs/install/) ` +
        "or Go 1.21 or newer (https://go.dev/dl/) and try again."
    );
}

/** Contains the version, the platform and a digest of the Go module. */
function cacheKey(): string {
    const hash = createHash("sha256");
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(path.join(MODULE, file)));
    const digest = hash.digest("hex").slice(0, 12);
    return path.join("engine", `built-${PINNED_VERSION}-${process.platform}-${process.arch}-${digest}`);
}
