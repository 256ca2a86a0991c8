import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { ClusterPurpose } from "./cluster-arguments";
import type { AttachedClusterSettings, NewClusterSettings } from "./cluster-settings";
import type { AksSettings } from "./settings";

/** A cluster as the rest of the component needs it. */
export interface Cluster {
    /** What reaches its Kubernetes. */
    kubernetes: pulumi.ProviderResource;
    /** Its credentials; absent when the user brought a provider instead. Secret. */
    kubeconfig?: pulumi.Output<string>;
    location: pulumi.Output<string>;
    /** Who works on load balancers for it. Absent: nobody knows. */
    identityPrincipalId?: pulumi.Output<string>;
    /** Who vouches for its service accounts; empty: nobody does. Absent: nobody knows. */
    oidcIssuerUrl?: pulumi.Output<string>;
    /** For what lies beside the cluster in Azure; absent: the stack's own provider. */
    azure?: AzureProvider;
}

/**
 * Makes the cluster or finds it. Its location is known before the component is registered, as the component's own inputs
 * tell it: it comes from no child of the component.
 * @param parent of the component
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
    const { network, zones, purpose } = create;
    const made = new containerservice.ManagedCluster(
        name,
        {
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
                // Pods get addresses of their own network, so that subnets need not be sized for them.
                networkPluginMode: "overlay",
                // Enforces network policies; without an engine for them Kubernetes would take and ignore them.
                networkDataplane: "cilium",
                networkPolicy: "cilium",
                loadBalancerSku: "standard",
                serviceCidr: network?.serviceCidr,
                dnsServiceIP: network?.dnsServiceIp,
            },
            // Pods get identities of Azure with it. It costs nothing, and cannot be taken back.
            oidcIssuerProfile: { enabled: true },
            tags: settings.tags,
        },
        { parent },
    );
    const kubeconfig = userCredentials(
        { resourceGroupName: settings.resourceGroupName, resourceName: made.name },
        { parent },
    );
    return {
        kubernetes: kubernetesProvider(name, kubeconfig, parent),
        kubeconfig,
        location: pulumi.output(settings.location ?? ""),
        identityPrincipalId: made.identity.apply(identity => identity?.principalId ?? ""),
        oidcIssuerUrl: made.oidcIssuerProfile.apply(profile => profile?.issuerURL ?? ""),
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
    const found =
        resourceGroupName === undefined || clusterName === undefined
            ? undefined
            : { resourceGroupName, resourceName: clusterName };
    const inAzure = found && containerservice.getManagedClusterOutput(found, invokeOpts);
    const given = attach.kubeconfig === undefined ? undefined : pulumi.secret(attach.kubeconfig);
    const own = component.getProvider("kubernetes:core/v1:Namespace");
    const kubeconfig = given ?? (own || !found ? undefined : userCredentials(found, invokeOpts));
    const kubernetes = kubeconfig ? kubernetesProvider(name, kubeconfig, component) : own;
    if (!kubernetes) {
        const reason =
            "names no cluster; give resourceId, or resourceGroupName and clusterName, or a kubeconfig";
        throw argumentsResourceError(name, [{ propertyPath: "cluster.attach", reason }], component);
    }
    return {
        kubernetes,
        kubeconfig,
        location: pulumi.output(settings.location ?? inAzure?.location ?? ""),
        identityPrincipalId: inAzure?.apply(principalOf),
        oidcIssuerUrl: inAzure?.apply(({ oidcIssuerProfile }) => oidcIssuerProfile?.issuerURL ?? ""),
        azure,
    };
}

/** The identity that acts for the control plane. */
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
