import { parse, stringify } from "yaml";
import { ArmError } from "../arm/errors";
import { TENANT } from "../../subscriptions";
import type { ManagedClusterProperties } from "./model";

/** Applications of Microsoft's that log users of AKS in: the same for every cluster in the public cloud. */
const ENTRA_SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630";
const ENTRA_CLIENT_ID = "80faf920-1908-4b52-b5ef-a8e7bedfc67a";

/** A cluster whose credentials are asked for. */
export interface CredentialsOf {
    resourceGroup: string;
    name: string;
    properties: ManagedClusterProperties;
    /** The administrator's kubeconfig, or the address that would be its own where clusters are only recorded. */
    access: { kubeconfig: string } | { server: string };
}

interface KubeconfigParts {
    clusters?: { name: string; cluster: object }[];
    users?: { name: string; user: object }[];
    contexts?: { name: string; context: { cluster: string; user: string } }[];
    "current-context"?: string;
}

/**
 * The kubeconfig that Azure gives to a user, with Azure's names in it: a certificate, or where the cluster is joined
 * to Entra ID, a login by kubelogin.
 */
export function userKubeconfig(cluster: CredentialsOf): string {
    const user = `clusterUser_${cluster.resourceGroup}_${cluster.name}`;
    if (!cluster.properties.aadProfile) return kubeconfig(cluster, cluster.name, user, undefined);
    return kubeconfig(cluster, cluster.name, user, entraLogin(cluster.properties));
}

/** @throws ArmError when the cluster has no local accounts */
export function adminKubeconfig(cluster: CredentialsOf): string {
    if (cluster.properties.disableLocalAccounts) {
        throw new ArmError(
            400,
            "BadRequest",
            "Getting static credential is not allowed because this cluster is set to disable local accounts.",
        );
    }
    const user = `clusterAdmin_${cluster.resourceGroup}_${cluster.name}`;
    return kubeconfig(cluster, `${cluster.name}-admin`, user, undefined);
}

/** @param login instead of what the administrator logs in with */
function kubeconfig({ name, access }: CredentialsOf, context: string, user: string, login?: object): string {
    const own = "kubeconfig" in access ? current(parse(access.kubeconfig) as KubeconfigParts) : undefined;
    const cluster = own?.cluster ?? ("server" in access ? { server: access.server } : {});
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster }],
        users: [{ name: user, user: login ?? own?.user ?? {} }],
        contexts: [{ name: context, context: { cluster: name, user } }],
        "current-context": context,
    });
}

function current(parts: KubeconfigParts): { cluster?: object; user?: object } {
    const context = parts.contexts?.find(({ name }) => name === parts["current-context"])?.context;
    return {
        cluster: parts.clusters?.find(({ name }) => name === context?.cluster)?.cluster,
        user: parts.users?.find(({ name }) => name === context?.user)?.user,
    };
}

function entraLogin({ aadProfile }: ManagedClusterProperties): object {
    const parameters = {
        environment: "AzurePublicCloud",
        "server-id": ENTRA_SERVER_ID,
        "client-id": ENTRA_CLIENT_ID,
        "tenant-id": aadProfile?.tenantID ?? TENANT,
        login: "devicecode",
    };
    return {
        exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: [
                "get-token",
                ...Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, value]),
            ],
            installHint: "kubelogin is not installed: see https://aka.ms/aks/kubelogin.",
            provideClusterInfo: false,
        },
    };
}
