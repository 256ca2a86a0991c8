/** Names that all parts of the program use. */
export const NAMESPACE = "inference-a1b2c3";

export function labels(role: "front" | "model", name: string): Record<string, string> {
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": role,
        "app.kubernetes.io/part-of": "inference",
    };
}

export function objectMeta(name: string, selector: Record<string, string>) {
    return { name: `inference-${name}`, namespace: NAMESPACE, labels: selector };
}

export function spread(selector: Record<string, string>) {
    return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map(topologyKey => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
    }));
}
