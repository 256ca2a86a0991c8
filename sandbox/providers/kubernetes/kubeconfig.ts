import { existsSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";

/** The settings of a provider resource that determine the cluster. */
export interface KubeconfigChoice {
    /**
     * The contents or the path of a kubeconfig.
     * @default the kubeconfig that `kubectl` uses
     */
    kubeconfig?: string;
    context?: string;
    cluster?: string;
}

/**
 * Loads a kubeconfig and selects the context and cluster. Error messages do not contain the contents of the kubeconfig,
 * because it contains keys.
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

/** The selected cluster as text, for comparisons; undefined if the kubeconfig is invalid. */
export function activeCluster(choice: KubeconfigChoice): string | undefined {
    try {
        return JSON.stringify({ ...loadKubeconfig(choice).getCurrentCluster(), name: undefined });
    } catch {
        return undefined;
    }
}

function load(config: KubeConfig, kubeconfig: string): void {
    const file = kubeconfig.replace(/^~(?=[/\\])/, os.homedir());
    // Contents of a kubeconfig have several lines or are JSON. Any other text is a path.
    const isPath = !/[\n{]/.test(file);
    if (isPath && !existsSync(file)) throw new Error(`there is no kubeconfig at ${kubeconfig}`);
    try {
        if (isPath) config.loadFromFile(path.resolve(file));
        else config.loadFromString(kubeconfig);
    } catch {
        throw new Error(isPath ? `${kubeconfig} is not a valid kubeconfig` : "it is not a valid kubeconfig");
    }
}
