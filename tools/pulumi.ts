/** `npm run pulumi -- <any command>`: runs Pulumi with the environment in which `npm run up` deploys to the sandbox. */
import { Command } from "commander";
import { installStandIns } from "../sandbox/providers/install";
import { sandboxInstance } from "../sandbox/instance";
import { pulumiEngine } from "../machine/engine";
import { setExitCode, runInteractively } from "../machine/run";
import { prepareSandboxStack, SANDBOX_STACKS, sandboxEnvironment } from "./sandbox-stack";

/** The stack in the arguments, or the first stack of the sandbox. */
function stackOf(args: readonly string[]): string {
    const parser = new Command()
        .option("-s, --stack <name>")
        .allowUnknownOption()
        .allowExcessArguments()
        .helpOption(false);
    const { stack = SANDBOX_STACKS[0] } = parser.parse(args, { from: "user" }).opts<{ stack?: string }>();
    return stack ?? "";
}

async function main(args: readonly string[]): Promise<void> {
    const instance = sandboxInstance();
    const engine = await pulumiEngine();
    const stack = stackOf(args);
    const environment = { ...engine.environment, ...sandboxEnvironment(instance, stack) };
    await prepareSandboxStack(instance, engine, stack);
    await installStandIns(environment.PULUMI_HOME ?? "", instance);
    // `pulumi config` changes the file in the checkout instead of the copy, so that the setting persists.
    if (args[0] === "config") environment.PULUMI_OPTION_CONFIG_FILE = undefined;
    setExitCode(await runInteractively(engine.command, args, environment));
}

void main(process.argv.slice(2)).catch((error: unknown) => setExitCode(error));
