import { createHash, randomUUID } from "node:crypto";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import * as lockfile from "proper-lockfile";
import { SUBSCRIPTION, TENANT } from "../subscriptions";
import type { SandboxInstance } from "../instance";
import { bundledStandIns, packageVersion, type StandIn, standIns } from "./build/bundle";
import { type SandboxSettings, SETTINGS_FILE } from "./settings";

/** The name of a file with a digest of the installed plug-in, from which a second installation sees that nothing changed. */
const CONTENTS_FILE = "contents";

/**
 * Installs the stand-ins for azure-native, kubernetes, tls and random into a PULUMI_HOME, with the versions of the npm
 * SDKs. Programs that run with this PULUMI_HOME then deploy into the sandbox `instance`.
 * @param pulumiHome the path of the folder, which is created if it does not exist
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

/** Has the same effect as `pulumi plugin install resource <name> <version> --file <folder>`, but is faster. */
async function install(
    { name, sdk }: StandIn,
    bundles: string,
    pulumiHome: string,
    settings: SandboxSettings,
): Promise<void> {
    const plugins = path.join(pulumiHome, "plugins");
    const target = path.join(plugins, `resource-${name}-v${packageVersion(sdk)}`);
    const node = `'${process.execPath.replaceAll("'", "'\\''")}'`;
    const executable = `#!/bin/sh\nexec ${node} "$(dirname "$0")/provider.cjs" "$@"\n`;
    const settingsText = JSON.stringify(settings, undefined, 4);
    const contents = createHash("sha256")
        .update(bundles)
        .update(executable)
        .update(settingsText)
        .digest("hex");
    const isInstalled = async () => {
        return (await readFile(path.join(target, CONTENTS_FILE), "utf8").catch(() => "")) === contents;
    };
    if (await isInstalled()) return;

    await mkdir(plugins, { recursive: true, mode: 0o700 });
    const release = await lockfile.lock(path.join(plugins, `.${name}`), {
        realpath: false,
        retries: { forever: true, minTimeout: 50, maxTimeout: 500 },
    });
    try {
        if (await isInstalled()) return;
        const folder = path.join(plugins, `.${name}-${randomUUID()}`);
        await mkdir(folder, { mode: 0o700 });
        await copyFile(path.join(bundles, `${name}.cjs`), path.join(folder, "provider.cjs"));
        await writeFile(path.join(folder, `pulumi-resource-${name}`), executable, { mode: 0o700 });
        await writeFile(path.join(folder, SETTINGS_FILE), settingsText, { mode: 0o600 });
        await writeFile(path.join(folder, CONTENTS_FILE), contents, { mode: 0o600 });
        await rm(target, { recursive: true, force: true });
        await rename(folder, target);
    } finally {
        await release();
    }
}
