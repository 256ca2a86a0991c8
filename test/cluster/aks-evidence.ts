/** What the tests on Kubernetes look at beside answers. */
import { parse } from "yaml";
import type { AksOutputs, AksStage } from "../support/aks-stage";
import type { Secret } from "./first-light-evidence";

/** Scoring keys, private keys and the cluster's credentials, each in a form that survives line breaks and escapes. */
export function keySecrets(outputs: AksOutputs, state: string): Secret[] {
    const privateKeys = [...state.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\\+n(\w[^\\]+)\\+n/g)].map(
        ([, line = ""]) => line,
    );
    const { users } = parse(outputs.kubeconfig) as { users: { user: Record<string, string> }[] };
    return [
        ...[...new Set(privateKeys)].map((value, index) => ({ name: `private key ${index}`, value })),
        ...Object.entries(outputs.keys).flatMap(([model, { primary, secondary }]) => [
            { name: `primary key of ${model}`, value: primary },
            { name: `secondary key of ${model}`, value: secondary },
        ]),
        { name: "key of the kubeconfig", value: users[0]!.user["client-key-data"]! },
    ];
}

/** The value of one of a front's metrics, asked through Kubernetes. */
export async function frontMetric(stage: AksStage, pod: string, metric: string): Promise<number | undefined> {
    const at = `/api/v1/namespaces/${stage.outputs.namespace}/pods/${pod}:8404/proxy/metrics`;
    const line = (await stage.kubectl("get", "--raw", at))
        .split("\n")
        .find(text => text.startsWith(`${metric} `));
    return line === undefined ? undefined : Number(line.slice(metric.length + 1));
}
