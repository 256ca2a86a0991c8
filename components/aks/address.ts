import * as authorization from "@pulumi/azure-native/authorization";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { publicIpFqdn } from "../dns/leaf-label";
import type { Cluster } from "./cluster";
import type { AksSettings } from "./settings";

/** The built-in role Network Contributor, which the cluster needs to attach the address to its load balancer. */
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** A public IP address with a host name. It exists independently of the load balancer. */
export interface PublicAddress {
    resource: network.PublicIPAddress;
    fqdn: pulumi.Output<string>;
    /** The resources that a load balancer with this address depends on. */
    ready: pulumi.Resource[];
}

/** The host name that Azure assigns to the address. */
export function addressName(settings: AksSettings, cluster: Cluster): pulumi.Output<string> {
    return cluster.location.apply(location => publicIpFqdn(settings.dnsNameLabel, location));
}

/** Creates the static address and the role with which the cluster uses it. */
export function publicAddress(
    name: string,
    settings: AksSettings,
    { cluster, fqdn }: { cluster: Cluster; fqdn: pulumi.Output<string> },
    parent: pulumi.Resource,
): PublicAddress {
    const opts = { parent, provider: cluster.azure };
    const resource = new network.PublicIPAddress(
        name,
        {
            resourceGroupName: settings.resourceGroupName,
            publicIpAddressName: settings.publicIpAddressName,
            location: cluster.location,
            sku: { name: "Standard", tier: "Regional" },
            publicIPAllocationMethod: "Static",
            publicIPAddressVersion: "IPv4",
            dnsSettings: { domainNameLabel: settings.dnsNameLabel },
            tags: settings.tags,
        },
        // The scope of the label decides whether Azure adds a hash to the name; Azure cannot change it for an existing address.
        { ...opts, replaceOnChanges: ["dnsSettings.domainNameLabelScope"], deleteBeforeReplace: true },
    );
    const { identityPrincipalId } = cluster;
    const role =
        settings.loadBalancer.grantAccess && identityPrincipalId
            ? networkRole(name, resource, identityPrincipalId, opts)
            : undefined;
    return { resource, fqdn, ready: role ? [resource, role] : [resource] };
}

function networkRole(
    name: string,
    address: network.PublicIPAddress,
    principalId: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): authorization.RoleAssignment {
    // The resource group, because the cluster finds the address by listing those of the group.
    const scope = address.id.apply(id => id.slice(0, id.toLowerCase().indexOf("/providers/")));
    return new authorization.RoleAssignment(
        `${name}-network`,
        {
            scope,
            principalId: principalId.apply(principal => {
                if (principal !== "") return principal;
                const reason =
                    "is true, but the cluster has no managed identity; assign the role Network Contributor on the resource group to its service principal, and set this to false";
                throw argumentsResourceError(
                    name,
                    [{ propertyPath: "loadBalancer.grantAccess", reason }],
                    opts.parent,
                );
            }),
            // With the type set, Azure does not look the principal up: a new identity may not be replicated yet.
            principalType: "ServicePrincipal",
            roleDefinitionId: scope.apply(id => {
                const subscription = id.split("/").slice(0, 3).join("/");
                return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${NETWORK_CONTRIBUTOR}`;
            }),
        },
        opts,
    );
}
