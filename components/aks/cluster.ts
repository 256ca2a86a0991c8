import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { clusterGuard } from "./cluster-change";
import { ClusterPurpose } from "./cluster-arguments";
import type { AttachedClusterSettings, NewClusterSettings } from "./cluster-settings";
import { clusterVersionProblems } from "./kubernetes-version";
import type { AksSettings } from "./settings";

/** The cluster, new or attached. */
export interface Cluster {
    /** The provider for its Kubernetes API. */
    kubernetes: pulumi.ProviderResource;
    /** Its user credentials. Secret. Absent when the user passed a Kubernetes provider. */
    kubeconfig?: pulumi.Output<string>;
    location: pulumi.Output<string>;
    /** The managed identity of its control plane, which changes load balancers; empty without one. Absent when only a kubeconfig is known. */
    identityPrincipalId?: pulumi.Output<string>;
    /** The OIDC issuer of its service account tokens; empty without one. Absent when only a kubeconfig is known. */
    oidcIssuerUrl?: pulumi.Output<string>;
    /** The provider for the subscription of the cluster. Absent: the stack's own provider. */
    azure?: AzureProvider;
}

/**
 * Creates the cluster, or looks the attached one up. The inputs of the component contain its location, so the location must not
 * depend on a child of the component.
 * @param parent the parent of the component
 */
export function cluster(
    name: string,
    settings: AksSettings,
    component: pulumi.Resource,
    parent: pulumi.Resource | undefined,
): Cluster {
    const { create, attach } = settings.cluster;
    if (create) return newCluster(name, create, settings, component);
    return attachedCluster(name, attach ?? {}, settings, component, parent);
}

function newCluster(
    name: string,
    create: NewClusterSettings,
    settings: AksSettings,
    parent: pulumi.Resource,
): Cluster {
    const resource = new containerservice.ManagedCluster(name, clusterArgs(create, settings), {
        parent,
        // Without a size AKS chooses one for a new cluster. An existing cluster keeps what its state has.
        ignoreChanges: create.vmSize === undefined ? ["agentPoolProfiles[0].vmSize"] : [],
        hooks: { beforeUpdate: clusterGuard(name) },
    });
    const kubeconfig = userCredentials(
        { resourceGroupName: settings.resourceGroupName, resourceName: resource.name },
        { parent },
    );
    return {
        kubernetes: kubernetesProvider(name, kubeconfig, parent),
        kubeconfig,
        location: pulumi.output(settings.location ?? ""),
        identityPrincipalId: resource.identity.apply(identity => identity?.principalId ?? ""),
        oidcIssuerUrl: resource.oidcIssuerProfile.apply(profile => profile?.issuerURL ?? ""),
    };
}

/** The arguments of a new cluster. */
function clusterArgs(
    { network, zones, purpose, ...create }: NewClusterSettings,
    settings: AksSettings,
): containerservice.ManagedClusterArgs {
    return {
        resourceGroupName: settings.resourceGroupName,
        resourceName: create.name,
        location: settings.location,
        dnsPrefix: settings.publicIpAddressName,
        kubernetesVersion: create.kubernetesVersion,
        identity: { type: "SystemAssigned" },
        sku: { name: "Base", tier: purpose === ClusterPurpose.FastProd ? "Standard" : "Free" },
        agentPoolProfiles: [
            {
                name: "agents",
                mode: "System",
                type: "VirtualMachineScaleSets",
                osType: "Linux",
                count: create.agentCount,
                vmSize: create.vmSize,
                availabilityZones: zones,
                vnetSubnetID: network?.subnetId,
            },
        ],
        networkProfile: {
            networkPlugin: "azure",
            // Pods get addresses of an overlay network and use none of the subnet.
            networkPluginMode: "overlay",
            // Enforces network policies. Without an engine, Kubernetes accepts policies and ignores them.
            networkDataplane: "cilium",
            networkPolicy: "cilium",
            loadBalancerSku: "standard",
            serviceCidr: network?.serviceCidr,
            dnsServiceIP: network?.dnsServiceIp,
        },
        // Workload identity needs it. It is free, and Azure cannot disable it later.
        oidcIssuerProfile: { enabled: true },
        tags: settings.tags,
    };
}

function attachedCluster(
    name: string,
    attach: AttachedClusterSettings,
    settings: AksSettings,
    component: pulumi.Resource,
    parent: pulumi.Resource | undefined,
): Cluster {
    const { subscriptionId, resourceGroupName, clusterName } = attach;
    const azure =
        subscriptionId === undefined
            ? undefined
            : new AzureProvider(`${name}-subscription`, { subscriptionId }, { parent });
    const invokeOpts = { parent: component, provider: azure };
    const lookup =
        resourceGroupName === undefined || clusterName === undefined
            ? undefined
            : { resourceGroupName, resourceName: clusterName };
    const inAzure =
        lookup && supportedCluster(name, containerservice.getManagedClusterOutput(lookup, invokeOpts));
    const ownKubeconfig = attach.kubeconfig === undefined ? undefined : pulumi.secret(attach.kubeconfig);
    const ownProvider = component.getProvider("kubernetes:core/v1:Namespace");
    const credentials =
        ownKubeconfig ?? (ownProvider || !lookup ? undefined : userCredentials(lookup, invokeOpts));
    // Nothing is created in a cluster that is too old.
    const kubeconfig = credentials && pulumi.all([credentials, inAzure]).apply(([contents]) => contents);
    const kubernetes = kubeconfig ? kubernetesProvider(name, kubeconfig, component) : ownProvider;
    if (!kubernetes) {
        const reason =
            "identifies no cluster; set resourceId, or resourceGroupName and clusterName, or kubeconfig";
        throw argumentsResourceError(name, [{ propertyPath: "cluster.attach", reason }], component);
    }
    return {
        kubernetes,
        kubeconfig,
        location: pulumi
            .all([settings.location, inAzure])
            .apply(([location, found]) => location ?? found?.location ?? ""),
        identityPrincipalId: inAzure?.apply(principalOf),
        oidcIssuerUrl: inAzure?.apply(({ oidcIssuerProfile }) => oidcIssuerProfile?.issuerURL ?? ""),
        azure,
    };
}

/**
 * The attached cluster, if its Kubernetes is new enough.
 * @throws ResourceError with every version that is too old, also during a preview
 */
function supportedCluster(
    name: string,
    cluster: pulumi.Output<containerservice.GetManagedClusterResult>,
): pulumi.Output<containerservice.GetManagedClusterResult> {
    return cluster.apply(found => {
        const problems = clusterVersionProblems(found);
        if (problems.length === 0) return found;
        // Without the component, whose registration waits for the location: the message would wait for it too, and never appear.
        throw argumentsResourceError(name, problems);
    });
}

/** The managed identity of the control plane. */
function principalOf({ identity }: containerservice.GetManagedClusterResult): string {
    const [first] = Object.values(identity?.userAssignedIdentities ?? {});
    return identity?.principalId ?? first?.principalId ?? "";
}

function userCredentials(
    args: containerservice.ListManagedClusterUserCredentialsOutputArgs,
    opts: pulumi.InvokeOutputOptions,
): pulumi.Output<string> {
    const { kubeconfigs } = containerservice.listManagedClusterUserCredentialsOutput(args, opts);
    return pulumi.secret(
        kubeconfigs.apply(([first]) => Buffer.from(first?.value ?? "", "base64").toString("utf8")),
    );
}

function kubernetesProvider(
    name: string,
    kubeconfig: pulumi.Output<string>,
    parent: pulumi.Resource,
): KubernetesProvider {
    return new KubernetesProvider(`${name}-cluster`, { kubeconfig }, { parent });
}
