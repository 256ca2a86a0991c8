import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import { parse, parseDocument } from "yaml";
import type { SandboxInstance } from "../sandbox/instance";
import type { Engine } from "../machine/engine/engine";
import { ROOT } from "../machine/root";

/** Stacks that are deployed to the sandbox, one for each hosting. Both can be deployed at the same time. */
export const SANDBOX_STACKS: readonly string[] = ["local", "local-aks"];

const PRIVATE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The environment in which `pulumi` uses the sandbox: separate plug-ins, state and passphrase. The user's own are not used. */
export function sandboxEnvironment(instance: SandboxInstance, stack: string): NodeJS.ProcessEnv {
    const inState = (name: string) => path.join(instance.stateFolder, name);
    return {
        PULUMI_HOME: inState("pulumi"),
        PULUMI_BACKEND_URL: `file://${inState("backend")}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: inState("passphrase"),
        // Pulumi would prefer a passphrase of the user to the file.
        PULUMI_CONFIG_PASSPHRASE: undefined,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Without this, the engine would download the real provider, which needs a subscription.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_OPTION_STACK: stack,
        PULUMI_OPTION_CONFIG_FILE: inState(stackFile(stack)),
    };
}

/**
 * Creates the passphrase, the back end and the stack that `sandboxEnvironment` refers to, and copies the stack's configuration. The
 * engine writes the salt of the passphrase into the stack's file, and each sandbox has its own salt. With a copy, the file in the
 * checkout stays unchanged.
 * @param runs whether containers run. If they are only recorded, no revision answers, so updates must not wait for one
 */
export async function prepareSandboxStack(
    instance: SandboxInstance,
    engine: Engine,
    stack: string,
    runs = true,
): Promise<void> {
    const inState = (name: string) => path.join(instance.stateFolder, name);
    await mkdir(inState("backend"), { recursive: true, mode: PRIVATE_FOLDER });
    if (!existsSync(inState("passphrase"))) {
        await writeFile(inState("passphrase"), randomBytes(32).toString("base64url"), { mode: PRIVATE });
    }
    const file = path.join(inState("project"), stackFile(stack));
    if (!existsSync(file)) await createStack(instance, engine, stack, file);

    const kept = parse(await readFile(file, "utf8")) as { encryptionsalt: string };
    const configuration = parseDocument(await stackConfiguration(stack));
    if (!configuration.has("encryptionsalt")) configuration.set("encryptionsalt", kept.encryptionsalt);
    if (!runs) configuration.setIn(["config", "azure-secure-inference:revisionTimeoutSeconds"], 0);
    await writeFile(inState(stackFile(stack)), String(configuration), { mode: PRIVATE });
}

/** The contents of the stack's file in the checkout. */
export function stackConfiguration(stack: string): Promise<string> {
    return readFile(path.join(ROOT, "stacks", stackFile(stack)), "utf8");
}

function stackFile(stack: string): string {
    return `Pulumi.${stack}.yaml`;
}

/** Runs `pulumi stack init` in a separate folder, because the command writes the stack's file. */
async function createStack(
    instance: SandboxInstance,
    engine: Engine,
    stack: string,
    file: string,
): Promise<void> {
    const { name } = parse(await readFile(path.join(ROOT, "Pulumi.yaml"), "utf8")) as { name: string };
    const unfinished = `${file}.part`;
    await mkdir(unfinished, { recursive: true, mode: PRIVATE_FOLDER });
    await writeFile(path.join(unfinished, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    await execa(engine.command, ["stack", "init", stack, "--non-interactive"], {
        cwd: unfinished,
        env: {
            ...engine.environment,
            ...sandboxEnvironment(instance, stack),
            PULUMI_OPTION_STACK: undefined,
            PULUMI_OPTION_CONFIG_FILE: undefined,
        },
        stdin: "ignore",
    });
    await rename(path.join(unfinished, stackFile(stack)), file);
    await rm(unfinished, { recursive: true });
}
