import * as authorization from "@pulumi/azure-native/authorization";
import * as dns from "@pulumi/azure-native/dns";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";

/** The built-in role that may change the records of a zone and nothing else. */
const DNS_ZONE_CONTRIBUTOR = "befefa01-2a29-4197-83a8-272ff33ce314";

/** A zone, and where to create the identity that writes to it. */
export interface ZoneAccessArgs {
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    /** Resource group of the identity. */
    resourceGroupName: pulumi.Input<string>;
    location: pulumi.Input<string>;
    tags: Record<string, pulumi.Input<string>>;
    /** The provider that creates the identity. Absent: the provider of the component, which also grants the access to the zone. */
    provider?: pulumi.ProviderResource;
}

/** An identity that may change the records of a zone. */
export interface ZoneAccess {
    identity: managedidentity.UserAssignedIdentity;
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    /** Subscription of the zone. */
    subscriptionId: pulumi.Output<string>;
    /** The role assignment that must exist before the identity can write to the zone. */
    granted: pulumi.Resource;
}

/** Creates an identity and grants it the right to change the records of the zone. */
export function zoneAccess(name: string, args: ZoneAccessArgs, parent: pulumi.Resource): ZoneAccess {
    const { zoneName, zoneResourceGroupName, resourceGroupName, location, tags, provider } = args;
    const identity = new managedidentity.UserAssignedIdentity(
        name,
        { resourceGroupName, location, tags },
        { parent, provider },
    );
    const scope = dns.getZoneOutput({ zoneName, resourceGroupName: zoneResourceGroupName }, { parent }).id;
    const subscriptionId = scope.apply(id => id.split("/")[2] ?? "");
    const granted = new authorization.RoleAssignment(
        `${name}-zone`,
        {
            scope,
            principalId: identity.principalId,
            // A new identity is not replicated to every region yet. With an explicit type Azure does not look the principal up.
            principalType: "ServicePrincipal",
            roleDefinitionId: pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${DNS_ZONE_CONTRIBUTOR}`,
        },
        { parent },
    );
    return { identity, zoneName, zoneResourceGroupName, subscriptionId, granted };
}
