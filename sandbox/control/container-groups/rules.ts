import { ArmError } from "../arm/errors";
import type { ContainerGroupProperties } from "./model";
import { immutabilityRules } from "./rules/immutable";
import { nameRules } from "./rules/names";
import { portRules } from "./rules/ports";
import { resourceRules } from "./rules/resources";
import { supportRules } from "./rules/support";
import { volumeRules } from "./rules/volumes";

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

/** In the order in which a client meets them. */
const RULES: readonly ContainerGroupRule[] = [
    ...nameRules,
    ...resourceRules,
    ...portRules,
    ...volumeRules,
    ...immutabilityRules,
    ...supportRules,
];

/** @throws ArmError 400 with the first refusal, as Azure answers one at a time */
export function checkContainerGroup(group: ProposedGroup): void {
    for (const rule of RULES) {
        const refusal = rule(group);
        if (refusal) throw new ArmError(400, refusal.code, refusal.message);
    }
}
