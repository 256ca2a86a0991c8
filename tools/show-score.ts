import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../sandbox/instance";
import { ROOT, SAMPLE_REQUEST } from "../machine/root";

/** Those outputs of the stack that are needed to reach it. */
interface Outputs {
    scoringUri?: string;
    services?: Record<string, { scoringUri: string }>;
    ipAddress?: string;
    certificate?: { authority?: string };
    keys?: unknown;
}

/** A model that answers: on Kubernetes one of several, by name. */
interface Model {
    name?: string;
    scoringUri: string;
}

/** Prints where each model answers, a score of it, and the command that got the first. */
export async function showScore(
    pulumi: string,
    environment: NodeJS.ProcessEnv,
    instance: SandboxInstance,
    stack: string,
): Promise<void> {
    const { stdout } = await execa(pulumi, ["stack", "output", "--json"], { cwd: ROOT, env: environment });
    const outputs = JSON.parse(stdout) as Outputs;
    const commands: string[] = [];
    for (const model of modelsOf(outputs)) {
        const command = await curlCommand(outputs, model, instance, stack);
        commands.push(command);
        console.log(`\n${model.name ?? "The model"} answers at ${model.scoringUri}`);
        const { stdout: score, failed } = await execa("bash", ["-c", command], { cwd: ROOT, reject: false });
        if (!failed) console.log(`and scores the sample request: ${score.trim()}`);
    }
    console.log(`\nAsk it yourself:\n\n${commands[0]}\n`);
}

function modelsOf({ scoringUri, services = {} }: Outputs): Model[] {
    if (scoringUri !== undefined) return [{ scoringUri }];
    return Object.entries(services).map(([name, service]) => ({ name, ...service }));
}

/**
 * The name is given its address, and the sandbox's authority is trusted, for this one command only. The scoring key is
 * read from the stack when the command runs: it is neither shown nor among the arguments that other users can see.
 */
async function curlCommand(
    outputs: Outputs,
    { name, scoringUri }: Model,
    instance: SandboxInstance,
    stack: string,
): Promise<string> {
    const { hostname, protocol, port } = new URL(scoringUri);
    const parts = ["curl --silent --show-error --fail-with-body"];
    if (outputs.certificate?.authority && protocol === "https:") {
        const file = path.join(instance.stateFolder, `${stack}-ca.pem`);
        await writeFile(file, outputs.certificate.authority);
        parts.push(`--cacert ${quoted(file)}`);
    }
    if (outputs.ipAddress) {
        const number = port || (protocol === "https:" ? "443" : "80");
        parts.push(`--resolve ${hostname}:${number}:${outputs.ipAddress}`);
    }
    if (outputs.keys) parts.push(`--header @<(${keyHeader(stack, name)})`);
    parts.push("--header 'Content-Type: application/json'", `--data @${SAMPLE_REQUEST}`);
    parts.push(quoted(scoringUri));
    return parts.join(" \\\n    ");
}

function keyHeader(stack: string, model: string | undefined): string {
    const keys = model === undefined ? "keys" : `keys["${model}"]`;
    return (
        `npm run --silent pulumi -- stack output --stack ${stack} --json --show-secrets | ` +
        `node -p '"Authorization: Bearer " + JSON.parse(fs.readFileSync(0)).${keys}?.primary'`
    );
}

function quoted(text: string): string {
    return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
