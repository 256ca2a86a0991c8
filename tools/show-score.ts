import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../sandbox/instance";
import { ROOT } from "./root";

/** A request that the sample model understands. */
export const SAMPLE_REQUEST = path.join("examples", "iris", "sample-request.json");

/** Those outputs of the stack that are needed to reach it. */
interface Outputs {
    scoringUri: string;
    ipAddress?: string;
    certificate?: { authority?: string };
    keys?: unknown;
}

/** Prints the scoring address, a score from it, and the command that got it. */
export async function showScore(
    pulumi: string,
    environment: NodeJS.ProcessEnv,
    instance: SandboxInstance,
): Promise<void> {
    const { stdout } = await execa(pulumi, ["stack", "output", "--json"], { cwd: ROOT, env: environment });
    const outputs = JSON.parse(stdout) as Outputs;
    const command = await curlCommand(outputs, instance);
    console.log(`\nThe model answers at ${outputs.scoringUri}`);
    const { stdout: score, failed } = await execa("bash", ["-c", command], { cwd: ROOT, reject: false });
    if (!failed) console.log(`and scores the sample request: ${score.trim()}`);
    console.log(`\nAsk it yourself:\n\n${command}\n`);
}

/**
 * The name is given its address, and the sandbox's authority is trusted, for this one command only. The scoring key is
 * read from the stack when the command runs: it is neither shown nor among the arguments that other users can see.
 */
async function curlCommand(outputs: Outputs, instance: SandboxInstance): Promise<string> {
    const { hostname, protocol, port } = new URL(outputs.scoringUri);
    const parts = ["curl --silent --show-error --fail-with-body"];
    if (outputs.certificate?.authority) {
        const file = path.join(instance.stateFolder, "service-ca.pem");
        await writeFile(file, outputs.certificate.authority);
        parts.push(`--cacert ${quoted(file)}`);
    }
    if (outputs.ipAddress) {
        const number = port || (protocol === "https:" ? "443" : "80");
        parts.push(`--resolve ${hostname}:${number}:${outputs.ipAddress}`);
    }
    if (outputs.keys) parts.push(`--header @<(${KEY_HEADER})`);
    parts.push("--header 'Content-Type: application/json'", `--data @${SAMPLE_REQUEST}`);
    parts.push(quoted(outputs.scoringUri));
    return parts.join(" \\\n    ");
}

const KEY_HEADER =
    "npm run --silent pulumi -- stack output --json --show-secrets | " +
    `node -p '"Authorization: Bearer " + JSON.parse(fs.readFileSync(0)).keys.primary'`;

function quoted(text: string): string {
    return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
