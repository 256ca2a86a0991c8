import * as authorization from "@pulumi/azure-native/authorization";
import * as dns from "@pulumi/azure-native/dns";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";

/** Built-in role: may change the records of a zone, and nothing else. */
const DNS_ZONE_CONTRIBUTOR = "befefa01-2a29-4197-83a8-272ff33ce314";

/** The zone that is written to, and by whom. */
export interface ZoneAccessArgs {
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    /** Of the identity. */
    resourceGroupName: pulumi.Input<string>;
    location: pulumi.Input<string>;
    tags: Record<string, pulumi.Input<string>>;
    /** Where the identity is made; absent: by the component's own provider, as all that is about the zone. */
    provider?: pulumi.ProviderResource;
}

/** An identity that may write to a zone. */
export interface ZoneAccess {
    identity: managedidentity.UserAssignedIdentity;
    zoneName: pulumi.Input<string>;
    zoneResourceGroupName: pulumi.Input<string>;
    /** Of the zone. */
    subscriptionId: pulumi.Output<string>;
    /** What has to be there before the zone can be written to. */
    granted: pulumi.Resource;
}

/** Makes an identity, and gives it the right to change the zone's records. */
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
            // An identity that was made a moment ago may not be known everywhere yet; with its kind Azure does not look.
            principalType: "ServicePrincipal",
            roleDefinitionId: pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${DNS_ZONE_CONTRIBUTOR}`,
        },
        { parent },
    );
    return { identity, zoneName, zoneResourceGroupName, subscriptionId, granted };
}
