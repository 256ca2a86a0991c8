import { z } from "zod";
import { optional } from "../arm/body";
import { ArmError } from "../arm/errors";
import { sameId } from "../arm/resource-id";
import { managedClusterProperties } from "../managed-clusters/model";
import type { Resource } from "../state/resource";
import type { Store } from "../state/store";
import { type AddressRange, addressRange, contains, overlap } from "./address-range";

/** `properties` of Microsoft.Network/virtualNetworks and of its subnets, as far as the sandbox looks at them. */
export const virtualNetworkProperties = z.looseObject({
    addressSpace: z.looseObject({ addressPrefixes: z.array(z.string()).min(1) }),
});

export const subnetProperties = z.looseObject({
    addressPrefix: optional(z.string()),
    addressPrefixes: optional(z.array(z.string())),
});

/** A subnet as far as others matter to it. */
export interface NamedSubnet {
    name: string;
    properties: z.output<typeof subnetProperties>;
}

/** @throws ArmError when one is not a range, or two overlap @param of what has the prefixes, for the message */
export function rangesOf(prefixes: readonly string[], of: string): AddressRange[] {
    const ranges = prefixes.map(prefix => {
        const range = addressRange(prefix);
        if (range) return range;
        throw new ArmError(
            400,
            "InvalidCIDRNotation",
            `The address prefix ${prefix} in resource ${of} has an invalid CIDR notation.`,
        );
    });
    const twice = ranges.find((one, index) => ranges.slice(0, index).some(other => overlap(one, other)));
    if (twice === undefined) return ranges;
    throw new ArmError(
        400,
        "OverlappingAddressPrefixes",
        `The address prefix ${twice.text} in resource ${of} overlaps another of its prefixes.`,
    );
}

/** @throws ArmError when a subnet is outside of its network, or two overlap @param network name */
export function checkSubnets(
    network: string,
    space: readonly AddressRange[],
    subnets: readonly NamedSubnet[],
) {
    const ranges = subnets.map(({ name, properties }) => {
        const { addressPrefix, addressPrefixes } = properties;
        const prefixes = addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix]);
        if (prefixes.length === 0) {
            throw new ArmError(
                400,
                "SubnetWithNoAddressPrefix",
                `Subnet '${name}' in virtual network '${network}' has no address prefix.`,
            );
        }
        return { name, ranges: rangesOf(prefixes, name) };
    });
    ranges.forEach(({ name, ranges: own }, index) => {
        if (own.some(range => !space.some(outer => contains(outer, range)))) {
            throw new ArmError(
                400,
                "NetcfgInvalidSubnet",
                `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual network '${network}'.`,
            );
        }
        const others = ranges.slice(0, index).flatMap(other => other.ranges);
        if (own.some(range => others.some(other => overlap(range, other)))) {
            throw new ArmError(
                400,
                "NetcfgSubnetRangesOverlap",
                `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network}'.`,
            );
        }
    });
}

/** @throws ArmError when a pool of a managed cluster is in the subnet */
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
