import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../sandbox/instance";
import { ROOT, SAMPLE_REQUEST } from "../machine/root";

/** The outputs of the stack that are needed to send a request. */
interface Outputs {
    scoringUri?: string;
    services?: Record<string, { scoringUri: string }>;
    ipAddress?: string;
    certificate?: { authority?: string };
    keys?: unknown;
}

/** A deployed model. On Kubernetes it has a name. */
interface Model {
    name?: string;
    scoringUri: string;
}

/** Prints the address and a score of each model, and the curl command for the first. */
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
 * The curl command for a model. It passes the address of the host name and the sandbox's authority to curl, so the machine's settings stay
 * unchanged. It reads the scoring key from the stack when it runs, so the key is neither printed nor in process arguments.
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
