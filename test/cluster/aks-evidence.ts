/** Secrets and metrics of a stack on Kubernetes. */
import { parse } from "yaml";
import type { AksStage } from "../support/aks-stage";
import { privateKeysOf, type Secret } from "../support/secrets";

/** Private keys, scoring keys and the key of the cluster's credentials. */
export async function secretsOf({ project, outputs }: AksStage): Promise<Secret[]> {
    const { users } = parse(outputs.kubeconfig) as { users: { user: Record<string, string> }[] };
    return [
        ...(await privateKeysOf(project)),
        ...Object.entries(outputs.keys).flatMap(([model, { primary, secondary }]) => [
            { name: `primary key of ${model}`, value: primary },
            { name: `secondary key of ${model}`, value: secondary },
        ]),
        { name: "key of the kubeconfig", value: users[0]!.user["client-key-data"]! },
    ];
}

/** The value of a metric of one front, through the API server's proxy. */
export async function frontMetric(stage: AksStage, pod: string, metric: string): Promise<number | undefined> {
    const at = `/api/v1/namespaces/${stage.outputs.namespace}/pods/${pod}:8404/proxy/metrics`;
    const line = (await stage.kubectl.run("get", "--raw", at))
        .split("\n")
        .find(text => text.startsWith(`${metric} `));
    return line === undefined ? undefined : Number(line.slice(metric.length + 1));
}
