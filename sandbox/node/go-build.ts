import { execa } from "execa";
import { programOnPath } from "./program-path";

/**
 * Builds a static program from a Go module of the sandbox.
 * @param definitions values of variables that the linker sets: `package.variable=value`
 * @param main path of the main package in the module
 */
export async function buildGo(
    module: string,
    program: string,
    definitions: readonly string[] = [],
    main = ".",
): Promise<void> {
    if (!programOnPath("go")) {
        throw new Error(
            "Go is not installed, but this machine has to build programs of the sandbox's Kubernetes node. Install Go 1.24 " +
                "or later (https://go.dev/dl), or run `npm run sandbox -- up --control-plane-only`, which needs no node.",
        );
    }
    const flags = ["-s", "-w", ...definitions.flatMap(definition => ["-X", definition])].join(" ");
    await execa("go", ["build", "-trimpath", "-ldflags", flags, "-o", program, main], {
        cwd: module,
        env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
        stdin: "ignore",
    });
}
