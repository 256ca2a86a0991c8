import { existsSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";

/** What a provider resource says about where it deploys to. */
export interface KubeconfigChoice {
    /** Contents of a kubeconfig, or the path of one. What `kubectl` would use when it is missing. */
    kubeconfig?: string;
    context?: string;
    cluster?: string;
}

/**
 * The kubeconfig with the chosen context and cluster.
 * @throws without any of the contents in the message: they hold keys
 */
export function loadKubeconfig({ kubeconfig, context, cluster }: KubeconfigChoice): KubeConfig {
    const config = new KubeConfig();
    if (kubeconfig) load(config, kubeconfig);
    else config.loadFromDefault();
    if (context !== undefined) {
        if (!config.getContextObject(context)) throw new Error(`context "${context}" does not exist`);
        config.setCurrentContext(context);
    }
    if (cluster !== undefined) {
        if (!config.getCluster(cluster)) throw new Error(`cluster "${cluster}" does not exist`);
        const current = config.getContextObject(config.getCurrentContext());
        if (current)
            config.contexts = [...config.contexts.filter(one => one !== current), { ...current, cluster }];
    }
    return config;
}

/** The cluster that a choice leads to, as comparable text; nothing when the kubeconfig cannot be read. */
export function activeCluster(choice: KubeconfigChoice): string | undefined {
    try {
        return JSON.stringify({ ...loadKubeconfig(choice).getCurrentCluster(), name: undefined });
    } catch {
        return undefined;
    }
}

function load(config: KubeConfig, kubeconfig: string): void {
    const file = kubeconfig.replace(/^~(?=[/\\])/, os.homedir());
    // Contents have several lines or are JSON; a path that does not exist is told apart by that.
    const isPath = !/[\n{]/.test(file);
    if (isPath && !existsSync(file)) throw new Error(`there is no kubeconfig at ${kubeconfig}`);
    try {
        if (isPath) config.loadFromFile(path.resolve(file));
        else config.loadFromString(kubeconfig);
    } catch {
        throw new Error(isPath ? `${kubeconfig} is not a valid kubeconfig` : "it is not a valid kubeconfig");
    }
}
