import type { ControlContext } from "./context";
import type { ResourceType } from "../resource-type";
import { containerGroups } from "./container-groups";
import { dnsRecordSets } from "./dns-record-sets";
import { dnsZones } from "./dns-zones";
import { fileShares } from "./file-shares";
import { managedClusters } from "./managed-clusters";
import { publicIpAddresses } from "./public-ip-addresses";
import { resourceGroups } from "./resource-groups";
import { roleAssignments } from "./role-assignments";
import { roleDefinitions } from "./role-definitions";
import { storageAccounts } from "./storage-accounts";
import { federatedIdentityCredentials, userAssignedIdentities } from "./user-assigned-identities";
import { subnets, virtualNetworks } from "./virtual-networks";

/** The resource types of the sandbox by their name in lower case. README.md describes how to add one. */
export function resourceTypes(context: ControlContext): ReadonlyMap<string, ResourceType> {
    const types = [
        resourceGroups,
        containerGroups(context),
        managedClusters(context),
        publicIpAddresses(context),
        virtualNetworks(context),
        subnets(context),
        dnsZones(context),
        ...dnsRecordSets(context),
        storageAccounts(context),
        fileShares(context),
        userAssignedIdentities,
        federatedIdentityCredentials,
        roleDefinitions,
        roleAssignments(context),
    ];
    return new Map(types.map(type => [type.type.toLowerCase(), type]));
}
