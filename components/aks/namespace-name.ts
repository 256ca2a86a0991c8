import { dnsNameLabel, type LabelOwner } from "../dns/leaf-label";

/** The namespace of a component: its own also where several stacks share a cluster. */
export function namespaceName(component: string, owner: LabelOwner): string {
    return dnsNameLabel(`${component}-`, owner);
}

/** What keeps a namespace from being used: those of the system are not ours to work in. */
export function reservedNamespaceProblem(namespace: string): string | undefined {
    return /^(kube-|gatekeeper-system$|azureml$)/.test(namespace)
        ? `is ${JSON.stringify(namespace)}, which belongs to the system; name one of your own, or leave it out for a new one`
        : undefined;
}
