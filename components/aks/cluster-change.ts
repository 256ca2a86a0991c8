import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { resourceHook } from "../shared/hooks";

/** The part of a cluster's inputs and outputs that this file reads. */
interface ClusterState {
    kubernetesVersion?: string;
    currentKubernetesVersion?: string;
    agentPoolProfiles?: {
        name?: string;
        vmSize?: string;
        availabilityZones?: string[];
        vnetSubnetID?: string;
    }[];
}

const WAY =
    "For other nodes, create a second component with them, move the clients to it, and then remove this one";

/**
 * A hook that refuses changes of the component's cluster that Azure refuses, at preview. The engine calls it only for an update in
 * place.
 */
export function clusterGuard(component: string): pulumi.ResourceHook[] {
    return resourceHook(
        `${component}-cluster-guard`,
        ({ oldInputs, oldOutputs, newInputs }) => {
            const problems = clusterChangeProblems({ ...oldInputs, ...oldOutputs }, newInputs ?? {});
            if (problems.length > 0) throw argumentsResourceError(component, problems);
        },
        { onDryRun: true },
    );
}

/** Why Azure refuses to change a cluster from `before` to `after`. */
export function clusterChangeProblems(
    before: ClusterState,
    after: ClusterState,
): pulumi.InputPropertyErrorDetails[] {
    const [pool = {}] = after.agentPoolProfiles ?? [];
    const oldPool = before.agentPoolProfiles?.find(({ name }) => name === pool.name);
    if (oldPool === undefined) return [];
    const problems = [
        poolProblem("vmSize", pool.vmSize && oldPool.vmSize, pool.vmSize),
        poolProblem("zones", sorted(oldPool.availabilityZones), sorted(pool.availabilityZones)),
        poolProblem("network.subnetId", oldPool.vnetSubnetID, pool.vnetSubnetID),
        versionProblem(before.currentKubernetesVersion ?? before.kubernetesVersion, after.kubernetesVersion),
    ];
    return problems.filter(problem => problem !== undefined);
}

/** Azure cannot change these properties of a pool ("Create node pools in AKS", limitations). */
function poolProblem(
    name: string,
    before: string | undefined,
    after: string | undefined,
): pulumi.InputPropertyErrorDetails | undefined {
    if (before?.toLowerCase() === after?.toLowerCase()) return undefined;
    const back = before === undefined ? "remove it" : `set it back to ${before}`;
    const reason = `is ${after ?? "not set"}, but the nodes of the cluster have ${before ?? "none"}, which Azure cannot change; ${back}. ${WAY}`;
    return { propertyPath: `cluster.create.${name}`, reason };
}

function sorted(zones: readonly string[] | undefined): string | undefined {
    return zones?.length ? JSON.stringify([...zones].sort()) : undefined;
}

/** "Upgrade an AKS cluster": by one minor version at a time, and never back. */
function versionProblem(
    before: string | undefined,
    after: string | undefined,
): pulumi.InputPropertyErrorDetails | undefined {
    const [old, wanted] = [minorOf(before), minorOf(after)];
    if (old === undefined || wanted === undefined || wanted === old || wanted === old + 1) return undefined;
    const advice =
        wanted < old
            ? `Azure does not go back to an earlier version; set it to 1.${old} or remove it`
            : `Azure upgrades by one minor version at a time; set it to 1.${old + 1} first`;
    return {
        propertyPath: "cluster.create.kubernetesVersion",
        reason: `is ${after}, but the cluster has ${before}; ${advice}`,
    };
}

function minorOf(version: string | undefined): number | undefined {
    const minor = /^1\.(\d+)/.exec(version ?? "")?.[1];
    return minor === undefined ? undefined : Number(minor);
}
