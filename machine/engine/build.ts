import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import { execa, ExecaError } from "execa";
import { cached, cacheFolder } from "../cache";
import { withProgress } from "../progress";
import type { Engine } from "./engine";
import { programOnPath } from "./on-path";
import { PINNED_VERSION } from "./version";

const MODULE = path.join(__dirname, "module");
const PROGRAM = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** The engine, built from its Go module at the pinned version. The checksums in go.sum are verified by Go. */
export async function builtEngine(): Promise<Engine> {
    const folder = await cached(key(), root =>
        withProgress(`Building the Pulumi engine ${PINNED_VERSION} (about five minutes, once)`, report =>
            build(path.join(root, "bin"), report),
        ),
    );
    const command = path.join(folder, "bin", "pulumi");
    return { command, version: PINNED_VERSION, origin: "built from source", environment: {} };
}

/** Whether nothing has to be built any more. */
export function builtEngineIsCached(): boolean {
    return existsSync(cacheFolder(key()));
}

async function build(folder: string, report: (detail: string) => void): Promise<void> {
    const go = programOnPath("go");
    if (!go) throw new Error(explanation("there is no Go to build it with"));
    await mkdir(folder);

    const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PINNED_VERSION}`;
    const flags = ["-v", "-trimpath", "-ldflags", `-s -w -X ${version}`];
    const compiler = execa(go, ["build", ...flags, "-o", path.join(folder, "pulumi"), PROGRAM], {
        cwd: MODULE,
        env: { CGO_ENABLED: "0" },
        stdin: "ignore",
    });
    // With -v, Go names every package on standard error once it starts to compile it.
    let packages = 0;
    compiler.stderr.on("data", (chunk: Buffer) => {
        packages += chunk.toString().split("\n").length - 1;
        report(`${packages} packages`);
    });
    try {
        await compiler;
    } catch (error) {
        const said = error instanceof ExecaError ? (error.stderr ?? error.shortMessage) : String(error);
        const last = said.trim().split("\n").slice(-5).join("\n  ");
        throw new Error(explanation(`building it failed:\n  ${last}\n`), { cause: error });
    }
}

function explanation(reason: string): string {
    return (
        `The Pulumi engine is missing: there is no pulumi ${PINNED_VERSION} or near on PATH, https://get.pulumi.com ` +
        `cannot be reached, and ${reason}. Install Pulumi (https://www.pulumi.com/docs/install/) ` +
        "or Go 1.21 or newer (https://go.dev/dl/) and try again."
    );
}

/** Names all that decides the result. */
function key(): string {
    const hash = createHash("sha256");
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(path.join(MODULE, file)));
    const digest = hash.digest("hex").slice(0, 12);
    return path.join("engine", `built-${PINNED_VERSION}-${process.platform}-${process.arch}-${digest}`);
}
