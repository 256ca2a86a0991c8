import type { ContainerGroupProperties } from "../model";

/** A group as it would be after a PUT. */
export interface ProposedGroup {
    name: string;
    zones?: readonly string[];
    properties: ContainerGroupProperties;
    /** The group as it is; undefined when it is new, or stopped (then Azure deploys it as new). */
    previous?: { properties: ContainerGroupProperties; zones?: readonly string[] };
}

/** Why Azure would not take a group. */
export interface Refusal {
    /**
     * Azure's own where public threads show it (InvalidOsType, ResourceRequestsNotSpecified,
     * ResourceSomeRequestsNotSpecified, ResourceLimitsLessThanRequests, MissingIpAddressPorts,
     * ContainerLimitGreaterThanContainerGroupTotalRequest, UnreferencedIpAddressPorts, InvalidContainerGroupUpdate);
     * where Azure documents the refusal but not its code, one that says the same.
     */
    code: string;
    message: string;
}

/** One refusal that Azure documents, or that public threads show. */
export type ContainerGroupRule = (group: ProposedGroup) => Refusal | undefined;
