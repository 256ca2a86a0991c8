/** `npm run pulumi -- <any command>`: Pulumi as `npm run up` uses it, on the sandbox. */
import { installStandIns } from "../../sandbox/providers/install";
import { sandboxInstance } from "../../sandbox/instance";
import { pulumiEngine } from "../engine";
import { endLike, runInteractively } from "../run";
import { prepareSandboxStack, sandboxEnvironment } from "../sandbox-stack";

async function main(args: readonly string[]): Promise<void> {
    const instance = sandboxInstance();
    const engine = await pulumiEngine();
    const environment = { ...engine.environment, ...sandboxEnvironment(instance) };
    await prepareSandboxStack(instance, engine);
    await installStandIns(environment.PULUMI_HOME ?? "", instance);
    // What is set here is meant to stay: it goes to the file in the checkout.
    if (args[0] === "config") environment.PULUMI_OPTION_CONFIG_FILE = undefined;
    endLike(await runInteractively(engine.command, args, environment));
}

void main(process.argv.slice(2)).catch((error: unknown) => endLike(error));
