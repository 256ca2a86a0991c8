import * as authorization from "@pulumi/azure-native/authorization";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { publicIpFqdn } from "../dns/leaf-label";
import type { Cluster } from "./cluster";
import type { AksSettings } from "./settings";

/** Built-in role: may use and change networks, so that the cluster can put the address before its load balancer. */
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** A public address with a name, which outlives every load balancer. */
export interface PublicAddress {
    resource: network.PublicIPAddress;
    fqdn: pulumi.Output<string>;
    /** What has to be there before a load balancer can use the address. */
    ready: pulumi.Resource[];
}

/** The name that Azure gives, known as soon as the region is. */
export function addressName(settings: AksSettings, cluster: Cluster): pulumi.Output<string> {
    return cluster.location.apply(location => publicIpFqdn(settings.dnsNameLabel, location));
}

/** The static address, and the cluster's right to use it. */
export function publicAddress(
    name: string,
    settings: AksSettings,
    cluster: Cluster,
    fqdn: pulumi.Output<string>,
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
        // Another scope of the label would put a hash into the name, and only a new address can have one.
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
    // The whole group, because the cluster looks its addresses up by listing them.
    const scope = address.id.apply(id => id.slice(0, id.toLowerCase().indexOf("/providers/")));
    return new authorization.RoleAssignment(
        `${name}-network`,
        {
            scope,
            principalId: principalId.apply(principal => {
                if (principal !== "") return principal;
                const reason =
                    "the cluster has no managed identity; give its service principal the role Network Contributor on the resource group, and set this to false";
                throw argumentsResourceError(
                    name,
                    [{ propertyPath: "loadBalancer.grantAccess", reason }],
                    opts.parent,
                );
            }),
            // An identity that was made a moment ago may not be known everywhere yet; with its kind Azure does not look.
            principalType: "ServicePrincipal",
            roleDefinitionId: scope.apply(id => {
                const subscription = id.split("/").slice(0, 3).join("/");
                return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${NETWORK_CONTRIBUTOR}`;
            }),
        },
        opts,
    );
}
