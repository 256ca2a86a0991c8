import { dnsNameLabel, type LabelOwner } from "../dns/leaf-label";

/** The default namespace of a component. It differs between stacks, which may share a cluster. */
export function namespaceName(component: string, owner: LabelOwner): string {
    return dnsNameLabel(`${component}-`, owner);
}

/** Why the namespace cannot be used: it is reserved for the system. */
export function reservedNamespaceProblem(namespace: string): string | undefined {
    return /^(kube-|gatekeeper-system$|azureml$)/.test(namespace)
        ? `is ${JSON.stringify(namespace)}, a namespace of the system; set it to one of yours, or remove it to create one`
        : undefined;
}
