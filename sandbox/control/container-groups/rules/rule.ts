import type { ContainerGroupProperties } from "../model";

/** The group that a PUT would create or update. */
export interface ProposedGroup {
    name: string;
    zones?: readonly string[];
    properties: ContainerGroupProperties;
    /** Ids of the user-assigned identities of the group. */
    identities: readonly string[];
    /** The current group. Undefined if it is new, or stopped: Azure deploys a stopped group anew. */
    previous?: { properties: ContainerGroupProperties; zones?: readonly string[] };
}

/** The error with which Azure refuses a group. */
interface Refusal {
    /**
     * Azure's code if public issues show it (InvalidOsType, ResourceRequestsNotSpecified,
     * ResourceSomeRequestsNotSpecified, ResourceLimitsLessThanRequests, MissingIpAddressPorts,
     * ContainerLimitGreaterThanContainerGroupTotalRequest, UnreferencedIpAddressPorts, InvalidContainerGroupUpdate);
     * or else, if Azure documents only the restriction, a code that says the same.
     */
    code: string;
    message: string;
}

/** One restriction that Azure documents or that public issues show. */
export type ContainerGroupRule = (group: ProposedGroup) => Refusal | undefined;
