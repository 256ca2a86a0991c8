import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { ROOT } from "../../machine/root";

const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
};

/** Runs a script of package.json. @returns its output when it fails, otherwise an empty string */
export async function failureOf(name: "typecheck" | "lint"): Promise<string> {
    const { all, exitCode, failed } = await execa(scripts[name] ?? "", {
        cwd: ROOT,
        preferLocal: true,
        localDir: ROOT,
        shell: true,
        env: { NO_COLOR: "1" },
        reject: false,
        all: true,
    });
    return failed ? `${name} ended with ${exitCode}:\n${all}` : "";
}
