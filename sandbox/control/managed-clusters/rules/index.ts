import { ArmError } from "../../arm/errors";
import { immutabilityRules } from "./immutable";
import { nameRules } from "./names";
import { networkRules } from "./network";
import { poolRules } from "./pools";
import type { ManagedClusterRule, ProposedCluster } from "./rule";
import { supportRules } from "./support";

/** In the order in which Azure checks. */
const RULES: readonly ManagedClusterRule[] = [
    ...nameRules,
    ...poolRules,
    ...supportRules,
    ...immutabilityRules,
    ...networkRules,
];

/** Checks a cluster against the restrictions that Azure documents. @throws ArmError 400 with the first refusal, as on Azure */
export function checkManagedCluster(cluster: ProposedCluster): void {
    for (const rule of RULES) {
        const refusal = rule(cluster);
        if (refusal) throw new ArmError(400, refusal.code, refusal.message, refusal.target);
    }
}
