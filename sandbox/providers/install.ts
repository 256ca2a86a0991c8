import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { SUBSCRIPTION, TENANT } from "../control/context";
import type { SandboxInstance } from "../instance";
import { bundledStandIns, packageVersion, type StandIn, standIns } from "./build/bundle";
import { type SandboxSettings, SETTINGS_FILE } from "./settings";

/** Name of the file that tells what an installed plug-in was made from. */
const CONTENTS_FILE = "contents";

/**
 * Installs the stand-ins for azure-native, tls and random into a PULUMI_HOME, in the versions of the npm SDKs, so that
 * every program that runs with this PULUMI_HOME deploys into the sandbox `instance`. What is in place already stays.
 * @param pulumiHome made when it does not exist
 */
export async function installStandIns(pulumiHome: string, instance: SandboxInstance): Promise<void> {
    const bundles = await bundledStandIns();
    const settings: SandboxSettings = {
        armUrl: `https://${instance.arm.address}:${instance.arm.port}`,
        tokenFile: path.join(instance.stateFolder, "arm-token"),
        caFile: path.join(instance.stateFolder, "ca.pem"),
        subscriptionId: SUBSCRIPTION,
        tenantId: TENANT,
    };
    await Promise.all(standIns.map(standIn => install(standIn, bundles, pulumiHome, settings)));
}

/** Writes what `pulumi plugin install resource <name> <version> --file <folder>` would, only faster. */
async function install(
    { name, sdk }: StandIn,
    bundles: string,
    pulumiHome: string,
    settings: SandboxSettings,
): Promise<void> {
    const plugins = path.join(pulumiHome, "plugins");
    const target = path.join(plugins, `resource-${name}-v${packageVersion(sdk)}`);
    const executable = `#!/bin/sh\nexec '${process.execPath}' "$(dirname "$0")/provider.cjs" "$@"\n`;
    const settingsText = JSON.stringify(settings, undefined, 4);
    const contents = createHash("sha256")
        .update(bundles)
        .update(executable)
        .update(settingsText)
        .digest("hex");
    if ((await readFile(path.join(target, CONTENTS_FILE), "utf8").catch(() => "")) === contents) return;

    const folder = path.join(plugins, `.${name}-${randomUUID()}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyFile(path.join(bundles, `${name}.cjs`), path.join(folder, "provider.cjs"));
    await writeFile(path.join(folder, `pulumi-resource-${name}`), executable, { mode: 0o700 });
    await writeFile(path.join(folder, SETTINGS_FILE), settingsText, { mode: 0o600 });
    await writeFile(path.join(folder, CONTENTS_FILE), contents, { mode: 0o600 });
    const former = path.join(plugins, `.${name}-${randomUUID()}`);
    if (existsSync(target)) await rename(target, former);
    await rename(folder, target);
    await rm(former, { recursive: true, force: true });
}
