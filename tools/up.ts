/**
 * `npm run up`: deploys the program in `stacks/` and verifies the service. The stacks `local` (the default) and `local-aks` are deployed to
 * the sandbox, which is started first; other stacks to Azure, with the user's login.
 */
import { Command } from "commander";
import { sandboxUp } from "../sandbox/lifecycle/sandbox";
import { ensureImages } from "../sandbox/images";
import { sandboxInstance } from "../sandbox/instance";
import { installStandIns } from "../sandbox/providers/install";
import { pulumiEngine } from "../machine/engine";
import { setExitCode, runInteractively, runScript } from "../machine/run";
import { SAMPLE_REQUEST } from "../machine/root";
import { prepareSandboxStack, SANDBOX_STACKS, sandboxEnvironment, stackConfiguration } from "./sandbox-stack";
import { showScore } from "./show-score";
import { update } from "./update";

async function upInSandbox(stack: string): Promise<number> {
    const instance = sandboxInstance();
    const engine = await pulumiEngine();
    const { containerRuntime, reason } = await sandboxUp(instance);
    if (containerRuntime === "node") await ensureImages(instance, await stackConfiguration(stack));

    const environment = { ...engine.environment, ...sandboxEnvironment(instance, stack) };
    await prepareSandboxStack(instance, engine, stack, containerRuntime === "node");
    await installStandIns(environment.PULUMI_HOME ?? "", instance);

    const code = await update(engine.command, environment, ["--yes"]);
    if (code !== 0) return code;
    if (containerRuntime === "none") {
        console.log(`Deployed, but no container runs here: ${reason ?? "none was asked for"}.`);
        return 0;
    }
    const dns = `${instance.dns.address}:${instance.dns.port}`;
    const verified = await verify(stack, ["--dns-server", dns, "--wait", "120"], environment);
    await showScore(engine.command, environment, instance, stack);
    return verified;
}

async function upInAzure(stack: string, yes: boolean): Promise<number> {
    const engine = await pulumiEngine();
    const select = ["stack", "select", "--create", stack];
    const selected = await runInteractively(engine.command, select, engine.environment);
    if (selected !== 0) return selected;
    const code = await update(engine.command, engine.environment, [
        "--stack",
        stack,
        ...(yes ? ["--yes"] : []),
    ]);
    return code === 0 ? await verify(stack, ["--wait"], engine.environment) : code;
}

/** Runs `verify` and returns its exit code: 0 if every check passes. */
async function verify(stack: string, args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
    return await runScript(
        "cli/index.ts",
        ["verify", "--stack", stack, "--data", SAMPLE_REQUEST, ...args],
        environment,
    );
}

const program = new Command("up")
    .description("Deploy the program in stacks/ and check that it answers.")
    .option(
        "--stack <name>",
        `${SANDBOX_STACKS.join(" or ")}: the sandbox; another: your own, on Azure`,
        SANDBOX_STACKS[0],
    )
    .option("-y, --yes", "do not ask before changing a stack on Azure")
    .action(async ({ stack, yes }: { stack: string; yes?: boolean }) => {
        const inSandbox = SANDBOX_STACKS.includes(stack);
        setExitCode(await (inSandbox ? upInSandbox(stack) : upInAzure(stack, yes ?? false)));
    });

void program.parseAsync().catch(setExitCode);
