import type { ManagedClusterProperties } from "../model";

/** The cluster that a PUT would create or update. */
export interface ProposedCluster {
    name: string;
    /** The requested properties with Azure's defaults. */
    properties: ManagedClusterProperties;
    /** The current properties. Undefined for a new cluster. */
    previous?: ManagedClusterProperties;
    /** `identity.type` of the request, or else of the existing cluster. */
    identityType: string | undefined;
    /** Whether a resource with this id exists. */
    exists: (id: string) => boolean;
}

/** The error with which Azure refuses a cluster. */
export interface Refusal {
    /**
     * Azure's code if public issues show it (PropertyChangeNotAllowed, InvalidParameter, K8sVersionNotSupported), or else
     * a code that says the same.
     */
    code: string;
    message: string;
    target?: string;
}

/** One restriction that Azure documents or that public issues show. */
export type ManagedClusterRule = (cluster: ProposedCluster) => Refusal | undefined;
