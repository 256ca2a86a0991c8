/** Stacks of this project's own program (`stacks/`), with any settings. */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { ROOT } from "../../machine/root";
import type { SandboxInstance } from "../../sandbox/instance";
import { installStandIns } from "../../sandbox/providers/install";
import { LOCATION } from "../../sandbox/testing/azure-clients";
import { TestProject } from "../../sandbox/testing/harness";

const NAMESPACE = "azure-secure-inference:";

/** Settings by name, without the project's namespace; in `configure` also by path, e.g. `tls.mode`. */
export type Settings = Record<string, unknown>;

/** The settings of a stack in `stacks/`. */
export function stackSettings(stack: "local" | "local-aks"): Settings {
    const text = readFileSync(path.join(ROOT, "stacks", `Pulumi.${stack}.yaml`), "utf8");
    const { config } = parse(text) as { config: Settings };
    const ours = Object.entries(config).filter(([key]) => key.startsWith(NAMESPACE));
    return Object.fromEntries(ours.map(([key, value]) => [key.slice(NAMESPACE.length), value]));
}

/** The sandbox's stack for Container Instances without its DNS zone: updates change the container group in place. */
export function settingsWithoutZone(): Settings {
    const { dns: _, ...settings } = stackSettings("local");
    return settings;
}

/** A stack with these settings and no others, against the sandbox's Azure. */
export async function createServiceStack(
    instance: SandboxInstance,
    settings: Settings,
    options: { ownProcesses?: boolean } = {},
): Promise<TestProject> {
    return await TestProject.create({
        ...options,
        directory: ROOT,
        configuration: stringify({ config: configurationOf(settings) }),
        plugins: home => installStandIns(home, instance),
    });
}

/** Changes settings of a stack; `undefined` removes one. */
export function configure(project: TestProject, settings: Settings): void {
    project.configure(qualified(settings));
}

/** Replaces all settings of a stack. */
export function configureOnly(project: TestProject, settings: Settings): void {
    project.configureOnly(configurationOf(settings));
}

function configurationOf(settings: Settings): Settings {
    return { "azure-native:location": LOCATION, ...qualified(settings) };
}

function qualified(settings: Settings): Settings {
    return Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [`${NAMESPACE}${name}`, value]),
    );
}
