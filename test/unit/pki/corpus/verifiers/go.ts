import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../../../../machine/cache";
import type { Verifier, Verdict } from "./verifier";
import { verifierInput } from "./verifier-input";

/** The checks of a client written in Go. */
export const go: Verifier = {
    name: "go",
    verify: async scenarios => {
        const input = JSON.stringify(scenarios.map(verifierInput));
        const { stdout } = await execa(await program(), { input });
        return JSON.parse(stdout) as Verdict[];
    },
};

/** Whether Go accepts each host name for a certificate with the given names. */
export async function areCoveredInGo(
    questions: readonly { dnsNames: string[]; hostname: string }[],
): Promise<boolean[]> {
    const { stdout } = await execa(await program(), ["names"], { input: JSON.stringify(questions) });
    return (JSON.parse(stdout) as string[]).map(refusal => refusal === "");
}

/** Builds the program once. It uses only the standard library. */
async function program(): Promise<string> {
    const source = path.join(__dirname, "go");
    const [files, version] = [["main.go", "go.mod"], (await execa("go", ["env", "GOVERSION"])).stdout];
    const hash = createHash("sha256").update(version);
    for (const file of files) hash.update(readFileSync(path.join(source, file)));
    const key = `certificate-verifier-${hash.digest("hex").slice(0, 16)}-${process.arch}`;
    const folder = await cached(path.join("test", key), async target => {
        await execa("go", ["build", "-trimpath", "-o", path.join(target, "verifier"), "."], {
            cwd: source,
            env: { CGO_ENABLED: "0" },
        });
    });
    return path.join(folder, "verifier");
}
