import { ArmError } from "../../arm/errors";
import { contentRules } from "./contents";
import { immutabilityRules } from "./immutable";
import { nameRules } from "./names";
import { portRules } from "./ports";
import { probeRules } from "./probes";
import { resourceRules } from "./resources";
import type { ContainerGroupRule, ProposedGroup } from "./rule";
import { supportRules } from "./support";
import { volumeRules } from "./volumes";

/** In the order in which Azure checks. */
const RULES: readonly ContainerGroupRule[] = [
    ...nameRules,
    ...resourceRules,
    ...portRules,
    ...volumeRules,
    ...contentRules,
    ...probeRules,
    ...immutabilityRules,
    ...supportRules,
];

/** Checks a group against the restrictions that Azure documents. @throws ArmError 400 with the first refusal, as on Azure */
export function checkContainerGroup(group: ProposedGroup): void {
    for (const rule of RULES) {
        const refusal = rule(group);
        if (refusal) throw new ArmError(400, refusal.code, refusal.message);
    }
}
