import type { ControlContext } from "../../context";
import type { ResourceType } from "../resource-type";
import { containerGroups } from "./container-groups";
import { dnsRecordSets } from "./dns-record-sets";
import { dnsZones } from "./dns-zones";
import { fileShares } from "./file-shares";
import { publicIpAddresses } from "./public-ip-addresses";
import { resourceGroups } from "./resource-groups";
import { storageAccounts } from "./storage-accounts";

/** Every resource type of the sandbox, by its name in lower case. */
export function resourceTypes(context: ControlContext): ReadonlyMap<string, ResourceType> {
    const types = [
        resourceGroups,
        containerGroups(context),
        publicIpAddresses(context),
        dnsZones(context),
        ...dnsRecordSets(context),
        storageAccounts(context),
        fileShares(context),
    ];
    return new Map(types.map(type => [type.type.toLowerCase(), type]));
}
