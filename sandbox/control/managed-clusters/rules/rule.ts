import type { ManagedClusterProperties } from "../model";

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
