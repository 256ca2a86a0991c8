import type { Difference, Provider, ResourceType } from "../protocol/provider";
import { changes } from "../protocol/difference";
import { equal, type Properties, UNKNOWN, type Value } from "../protocol/values";
import { type Cluster, connectToCluster } from "./cluster";
import { type Configuration, readConfiguration } from "./configuration";
import { parseToken } from "./discovery";
import { activeCluster, type KubeconfigChoice } from "./kubeconfig";
import { type Environment, KubernetesResource } from "./kubernetes-resource";

/** The settings that decide which cluster it is. */
const PLACE = ["kubeconfig", "context", "cluster"] as const;

/** Stands in for Pulumi's kubernetes provider, with any API server. One process is one configured provider. */
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
        // A cluster that cannot be reached is not tried again for each resource.
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
        const [unknown] = PLACE.filter(name => news[name] === UNKNOWN);
        const isReplaced = (name: string): boolean => {
            // Nothing is known about the cluster, so it may be another one.
            if (unknown !== undefined) return name === unknown;
            if (olds.clusterIdentifier !== undefined && news.clusterIdentifier !== undefined) {
                return name === "clusterIdentifier";
            }
            return PLACE.some(place => place === name) && isOtherCluster(olds, news);
        };
        return {
            changes: changed.map(change => ({ ...change, replaces: isReplaced(change.pattern) })),
            deleteBeforeReplace: false,
        };
    }
}

/** Whether two configurations lead to different clusters. Other credentials for the same one do not count. */
export function isOtherCluster(olds: Properties, news: Properties): boolean {
    const before = activeCluster(choiceOf(olds));
    const after = activeCluster(choiceOf(news));
    return before !== undefined && after !== undefined && !equal(before, after);
}

function choiceOf(configuration: Properties): KubeconfigChoice {
    const text = (value: Value | undefined) => (typeof value === "string" ? value : undefined);
    const { kubeconfig, context, cluster } = configuration;
    return { kubeconfig: text(kubeconfig), context: text(context), cluster: text(cluster) };
}
