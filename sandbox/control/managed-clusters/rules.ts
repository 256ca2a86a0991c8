import { ArmError } from "../arm/errors";
import type { ManagedClusterProperties } from "./model";
import { immutabilityRules } from "./rules/immutable";
import { nameRules } from "./rules/names";
import { poolRules } from "./rules/pools";
import { supportRules } from "./rules/support";

/** A cluster as it would be after a PUT. */
export interface ProposedCluster {
    name: string;
    /** What the client sent, with all that Azure adds. */
    properties: ManagedClusterProperties;
    /** The cluster as it is; undefined when it is new. */
    previous?: ManagedClusterProperties;
    /** `identity.type` of the request, or of the cluster as it is. */
    identityType: string | undefined;
    /** Whether there is a resource with this id. */
    exists: (id: string) => boolean;
}

/** Why Azure would not take a cluster. */
export interface Refusal {
    /** Azure's own where public threads show it (PropertyChangeNotAllowed, InvalidParameter, K8sVersionNotSupported). */
    code: string;
    message: string;
    target?: string;
}

export type ManagedClusterRule = (cluster: ProposedCluster) => Refusal | undefined;

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
