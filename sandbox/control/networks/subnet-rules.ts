import { z } from "zod";
import { optional } from "../arm/body";
import { ArmError } from "../arm/errors";
import { sameId } from "../arm/resource-id";
import { managedClusterProperties } from "../managed-clusters/model";
import type { Resource } from "../state/resource";
import type { Store } from "../state/store";
import { type AddressRange, addressRange, contains, overlap } from "./address-range";

/**
 * Address checks of virtual networks and subnets ("Plan virtual networks", subnets). The schemas hold the members of
 * `properties` that the sandbox reads; other members are stored as sent.
 */
export const virtualNetworkProperties = z.looseObject({
    addressSpace: z.looseObject({ addressPrefixes: z.array(z.string()).min(1) }),
});

export const subnetProperties = z.looseObject({
    addressPrefix: optional(z.string()),
    addressPrefixes: optional(z.array(z.string())),
});

/** The part of a subnet that is compared with others. */
export interface NamedSubnet {
    name: string;
    properties: z.output<typeof subnetProperties>;
}

/**
 * Parses address prefixes. @param resource name of the network or subnet that has them, for messages
 * @throws ArmError if one is not a range, or two overlap
 */
export function parseRanges(prefixes: readonly string[], resource: string): AddressRange[] {
    const ranges = prefixes.map(prefix => {
        const range = addressRange(prefix);
        if (range) return range;
        throw new ArmError(
            400,
            "InvalidCIDRNotation",
            `The address prefix ${prefix} in resource ${resource} has an invalid CIDR notation.`,
        );
    });
    const duplicate = ranges.find((one, index) => ranges.slice(0, index).some(other => overlap(one, other)));
    if (duplicate === undefined) return ranges;
    throw new ArmError(
        400,
        "OverlappingAddressPrefixes",
        `The address prefix ${duplicate.text} in resource ${resource} overlaps another of its prefixes.`,
    );
}

/** @throws ArmError if a subnet is outside its network, or two overlap @param network name, for messages */
export function checkSubnets(
    network: string,
    space: readonly AddressRange[],
    subnets: readonly NamedSubnet[],
) {
    const parsed = subnets.map(({ name, properties }) => {
        const { addressPrefix, addressPrefixes } = properties;
        const prefixes = addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix]);
        if (prefixes.length === 0) {
            throw new ArmError(
                400,
                "SubnetWithNoAddressPrefix",
                `Subnet '${name}' in virtual network '${network}' has no address prefix.`,
            );
        }
        return { name, ranges: parseRanges(prefixes, name) };
    });
    parsed.forEach(({ name, ranges }, index) => {
        if (ranges.some(range => !space.some(outer => contains(outer, range)))) {
            throw new ArmError(
                400,
                "NetcfgInvalidSubnet",
                `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual network '${network}'.`,
            );
        }
        const others = parsed.slice(0, index).flatMap(other => other.ranges);
        if (ranges.some(range => others.some(other => overlap(range, other)))) {
            throw new ArmError(
                400,
                "NetcfgSubnetRangesOverlap",
                `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network}'.`,
            );
        }
    });
}

/** @throws ArmError if an agent pool of a managed cluster uses the subnet */
export function checkSubnetUnused(store: Store, subnet: Resource): void {
    const user = store.ofType("Microsoft.ContainerService/managedClusters").find(({ properties }) => {
        const { agentPoolProfiles = [] } = managedClusterProperties.parse(properties);
        return agentPoolProfiles.some(({ vnetSubnetID }) => sameId(vnetSubnetID ?? "", subnet.id));
    });
    if (user === undefined) return;
    throw new ArmError(
        400,
        "InUseSubnetCannotBeDeleted",
        `Subnet ${subnet.name} is in use by ${user.id} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
    );
}
