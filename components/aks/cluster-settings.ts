import type * as pulumi from "@pulumi/pulumi";
import { type ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
import type { Rule } from "../shared/rules";
import { reservedName } from "../shared/rules/azure-names";
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
import { kubernetesVersionProblem } from "./kubernetes-version";
import { dnsAddressProblem, serviceRange } from "./service-range";

/** The checked arguments of a new cluster, with defaults. */
export interface NewClusterSettings {
    purpose: ClusterPurpose;
    name?: pulumi.Input<string>;
    agentCount: number;
    /** Absent: AKS chooses one. */
    vmSize?: string;
    kubernetesVersion?: string;
    zones?: string[];
    network?: ClusterNetworkArgs;
}

/** The checked arguments of an existing cluster. */
export interface AttachedClusterSettings {
    /** Absent: the subscription of the stack. */
    subscriptionId?: string;
    resourceGroupName?: pulumi.Input<string>;
    /** Absent: only its kubeconfig or its Kubernetes provider is known. */
    clusterName?: pulumi.Input<string>;
    kubeconfig?: pulumi.Input<string>;
}

/** Exactly one of the two is set. */
export interface ClusterSettings {
    create?: NewClusterSettings;
    attach?: AttachedClusterSettings;
}

/** Checks the arguments of the cluster. */
export function readCluster(check: ArgumentCheck, { cluster }: SecureAksInferenceArgs): ClusterSettings {
    const { create, attach } = cluster ?? {};
    if ((create === undefined) === (attach === undefined)) {
        check.report(
            "cluster",
            create === undefined
                ? "is missing; set cluster.create to {} for a new cluster, or cluster.attach to an existing one"
                : "has both create and attach; remove one",
        );
    }
    return {
        create: create && readNewCluster(check, create),
        attach: attach && readAttachedCluster(check, attach),
    };
}

const newClusterName: Rule<string> = name => text.clusterName(name) ?? reservedName(name);

function readNewCluster(check: ArgumentCheck, args: NewClusterArgs): NewClusterSettings {
    const { purpose = ClusterPurpose.FastProd, vmSize, zones, network } = args;
    check.oneOf("cluster.create.purpose", purpose, ClusterPurpose);
    const agentCount = args.agentCount ?? (purpose === ClusterPurpose.DevTest ? 1 : 3);
    check.known("cluster.create.agentCount", agentCount, wholeNumber(1, 1000, "nodes"));
    check.known("cluster.create.vmSize", vmSize, text.vmSize);
    check.known("cluster.create.kubernetesVersion", args.kubernetesVersion, text.kubernetesVersion);
    check.known("cluster.create.kubernetesVersion", args.kubernetesVersion, kubernetesVersionProblem);
    for (const [index, zone] of (zones ?? []).entries()) {
        check.known(`cluster.create.zones[${index}]`, zone, text.zone);
        if (zones?.indexOf(zone) !== index)
            check.report(`cluster.create.zones[${index}]`, `is ${JSON.stringify(zone)} again; remove it`);
    }
    if (network) checkServiceRange(check, network);
    return {
        purpose,
        name: check.optionalInput("cluster.create.name", args.name, newClusterName),
        agentCount,
        vmSize,
        kubernetesVersion: args.kubernetesVersion,
        zones,
        network: network && {
            subnetId: check.required(
                "cluster.create.network.subnetId",
                network.subnetId,
                "set it to the resource id of the subnet for the nodes",
                text.subnetId,
            ),
            serviceCidr: check.optionalInput(
                "cluster.create.network.serviceCidr",
                network.serviceCidr,
                serviceRange,
            ),
            dnsServiceIp: check.optionalInput(
                "cluster.create.network.dnsServiceIp",
                network.dnsServiceIp,
                text.ipv4Address,
            ),
        },
    };
}

function checkServiceRange(check: ArgumentCheck, { serviceCidr, dnsServiceIp }: ClusterNetworkArgs): void {
    if (isOutputOrPromise(serviceCidr) || isOutputOrPromise(dnsServiceIp)) return;
    const problem = dnsAddressProblem(serviceCidr as string | undefined, dnsServiceIp as string | undefined);
    check.report("cluster.create.network.dnsServiceIp", problem);
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
                check.report(
                    `${at}.${name}`,
                    `conflicts with ${at}.resourceId, which contains it; remove one`,
                );
        }
        const [, subscriptionId, group, cluster] = CLUSTER_ID.exec(resourceId) ?? [];
        if (cluster === undefined) {
            check.report(
                `${at}.resourceId`,
                `is ${JSON.stringify(resourceId)}; set it to the resource id of a managed cluster (az aks show --query id)`,
            );
        }
        return { subscriptionId, resourceGroupName: group, clusterName: cluster, kubeconfig };
    }
    if ((resourceGroupName === undefined) !== (clusterName === undefined)) {
        const missing = clusterName === undefined ? "clusterName" : "resourceGroupName";
        check.report(`${at}.${missing}`, "is missing; resourceGroupName and clusterName must both be set");
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
