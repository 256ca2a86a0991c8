import { ArmError } from "../../arm/errors";
import { immutabilityRules } from "./immutable";
import { nameRules } from "./names";
import { poolRules } from "./pools";
import type { ManagedClusterRule, ProposedCluster } from "./rule";
import { supportRules } from "./support";

/** In the order in which a client meets them. */
const RULES: readonly ManagedClusterRule[] = [
    ...nameRules,
    ...poolRules,
    ...supportRules,
    ...immutabilityRules,
];

/** @throws ArmError 400 with the first refusal, as Azure answers one at a time */
export function checkManagedCluster(cluster: ProposedCluster): void {
    for (const rule of RULES) {
        const refusal = rule(cluster);
        if (refusal) throw new ArmError(400, refusal.code, refusal.message, refusal.target);
    }
}
