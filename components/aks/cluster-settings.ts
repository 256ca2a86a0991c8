import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import type { SecureAksInferenceArgs } from "./arguments";
import {
    type AttachedClusterArgs,
    type ClusterNetworkArgs,
    ClusterPurpose,
    type NewClusterArgs,
} from "./cluster-arguments";
import { kubeconfigProblem } from "./kubeconfig";

/** A cluster to be made, with defaults in place. */
export interface NewClusterSettings {
    purpose: ClusterPurpose;
    name?: pulumi.Input<string>;
    agentCount: number;
    vmSize: string;
    kubernetesVersion?: string;
    zones?: string[];
    network?: ClusterNetworkArgs;
}

/** A cluster that exists. */
export interface AttachedClusterSettings {
    /** Absent: the one of the stack. */
    subscriptionId?: string;
    resourceGroupName?: pulumi.Input<string>;
    /** Absent: only its Kubernetes is known, not its Azure resource. */
    clusterName?: pulumi.Input<string>;
    kubeconfig?: pulumi.Input<string>;
}

/** Exactly one of the two is there. */
export interface ClusterSettings {
    create?: NewClusterSettings;
    attach?: AttachedClusterSettings;
}

/** Checks which cluster is meant, and what it is to be. */
export function readCluster(check: ArgumentCheck, { cluster }: SecureAksInferenceArgs): ClusterSettings {
    const { create, attach } = cluster ?? {};
    if ((create === undefined) === (attach === undefined)) {
        check.report(
            "cluster",
            create === undefined
                ? "is missing; give create: {} for a new one, or attach with the one that exists"
                : "has both create and attach; leave one out",
        );
    }
    return {
        create: create && readNewCluster(check, create),
        attach: attach && readAttachedCluster(check, attach),
    };
}

function readNewCluster(check: ArgumentCheck, args: NewClusterArgs): NewClusterSettings {
    const { purpose = ClusterPurpose.FastProd, vmSize = "Standard_D3_v2", zones, network } = args;
    check.oneOf("cluster.create.purpose", purpose, ClusterPurpose);
    const agentCount = args.agentCount ?? (purpose === ClusterPurpose.DevTest ? 1 : 3);
    check.known("cluster.create.agentCount", agentCount, wholeNumber(1, 1000, "nodes"));
    check.known("cluster.create.vmSize", vmSize, text.vmSize);
    check.known("cluster.create.kubernetesVersion", args.kubernetesVersion, text.kubernetesVersion);
    for (const [index, zone] of (zones ?? []).entries()) {
        check.known(`cluster.create.zones[${index}]`, zone, text.zone);
    }
    return {
        purpose,
        name: check.optionalInput("cluster.create.name", args.name, text.clusterName),
        agentCount,
        vmSize,
        kubernetesVersion: args.kubernetesVersion,
        zones,
        network: network && {
            subnetId: check.required(
                "cluster.create.network.subnetId",
                network.subnetId,
                "give the resource id of the nodes' subnet",
                text.subnetId,
            ),
            serviceCidr: check.optionalInput(
                "cluster.create.network.serviceCidr",
                network.serviceCidr,
                text.cidr,
            ),
            dnsServiceIp: check.optionalInput(
                "cluster.create.network.dnsServiceIp",
                network.dnsServiceIp,
                text.ipv4Address,
            ),
        },
    };
}

const CLUSTER_ID =
    /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/Microsoft\.ContainerService\/managedClusters\/([^/]+)$/i;

function readAttachedCluster(check: ArgumentCheck, args: AttachedClusterArgs): AttachedClusterSettings {
    const at = "cluster.attach";
    const { resourceId, resourceGroupName, clusterName } = args;
    const kubeconfig = check.optionalInput(`${at}.kubeconfig`, args.kubeconfig, kubeconfigProblem);
    if (resourceId !== undefined) {
        for (const [name, value] of Object.entries({ resourceGroupName, clusterName })) {
            if (value !== undefined)
                check.report(`${at}.${name}`, "stands beside resourceId, which says it; leave one out");
        }
        const [, subscriptionId, group, cluster] = CLUSTER_ID.exec(resourceId) ?? [];
        if (cluster === undefined) {
            check.report(
                `${at}.resourceId`,
                `is ${JSON.stringify(resourceId)}; give the id of a managed cluster (az aks show --query id)`,
            );
        }
        return { subscriptionId, resourceGroupName: group, clusterName: cluster, kubeconfig };
    }
    if ((resourceGroupName === undefined) !== (clusterName === undefined)) {
        const missing = clusterName === undefined ? "clusterName" : "resourceGroupName";
        check.report(`${at}.${missing}`, "is missing; the two belong together");
    }
    return {
        resourceGroupName: check.optionalInput(
            `${at}.resourceGroupName`,
            resourceGroupName,
            text.resourceGroupName,
        ),
        clusterName: check.optionalInput(`${at}.clusterName`, clusterName, text.clusterName),
        kubeconfig,
    };
}
