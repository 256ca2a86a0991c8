import type { Difference, Provider, ResourceType } from "../protocol/provider";
import { changes } from "../protocol/difference";
import { equal, type Properties, UNKNOWN, type Value } from "../protocol/values";
import { type Cluster, connectToCluster } from "./cluster";
import { type Configuration, readConfiguration } from "./configuration";
import { parseToken } from "./discovery";
import { activeCluster, type KubeconfigChoice } from "./kubeconfig";
import { type Environment, KubernetesResource } from "./kubernetes-resource";

/** The settings that determine the cluster. */
const CLUSTER_SETTINGS = ["kubeconfig", "context", "cluster"] as const;

/** The stand-in for the kubernetes provider. Each configured provider has its own process. */
export class Kubernetes implements Provider, Environment {
    readonly name = "kubernetes";
    configuration: Configuration = readConfiguration({}, process.env);
    private readonly types = new Map<string, KubernetesResource>();
    private connection: Promise<Cluster> | undefined;

    configure(variables: Record<string, string>): void {
        this.configuration = readConfiguration(variables, process.env);
        this.connection = undefined;
    }

    cluster(): Promise<Cluster> {
        // A failed connection is also stored, so that it is not repeated for each resource.
        return (this.connection ??= connectToCluster(this.configuration));
    }

    resourceType(token: string): ResourceType | undefined {
        const kind = parseToken(token);
        if (!kind) return undefined;
        const type = this.types.get(token) ?? new KubernetesResource(kind, this);
        this.types.set(token, type);
        return type;
    }

    diffConfiguration(olds: Properties, news: Properties): Difference {
        const changed = changes(olds, news);
        const [unknown] = CLUSTER_SETTINGS.filter(name => news[name] === UNKNOWN);
        const isReplaced = (name: string): boolean => {
            // The new cluster is not known yet, so it may be a different one.
            if (unknown !== undefined) return name === unknown;
            if (olds.clusterIdentifier !== undefined && news.clusterIdentifier !== undefined) {
                return name === "clusterIdentifier";
            }
            return CLUSTER_SETTINGS.some(setting => setting === name) && isOtherCluster(olds, news);
        };
        return {
            changes: changed.map(change => ({ ...change, replaces: isReplaced(change.pattern) })),
            deleteBeforeReplace: false,
        };
    }
}

/** Whether two configurations select different clusters. Different credentials for the same cluster do not count. */
function isOtherCluster(olds: Properties, news: Properties): boolean {
    const before = activeCluster(choiceOf(olds));
    const after = activeCluster(choiceOf(news));
    return before !== undefined && after !== undefined && !equal(before, after);
}

function choiceOf(configuration: Properties): KubeconfigChoice {
    const text = (value: Value | undefined) => (typeof value === "string" ? value : undefined);
    const { kubeconfig, context, cluster } = configuration;
    return { kubeconfig: text(kubeconfig), context: text(context), cluster: text(cluster) };
}
