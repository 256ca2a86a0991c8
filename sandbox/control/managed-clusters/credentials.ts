import { parse, stringify } from "yaml";
import { ArmError } from "../arm/errors";
import { TENANT } from "../../subscriptions";
import type { ManagedClusterProperties } from "./model";

/** Microsoft's Entra ID applications for logins to AKS. Every cluster in the public cloud uses them. */
const ENTRA_SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630";
const ENTRA_CLIENT_ID = "80faf920-1908-4b52-b5ef-a8e7bedfc67a";

/** The data of a cluster that its kubeconfig is made from. */
export interface KubeconfigSource {
    resourceGroup: string;
    name: string;
    properties: ManagedClusterProperties;
    /** The administrator's kubeconfig. If clusters are only recorded: a server address at which nothing listens. */
    access: { kubeconfig: string } | { server: string };
}

interface KubeconfigParts {
    clusters?: { name: string; cluster: object }[];
    users?: { name: string; user: object }[];
    contexts?: { name: string; context: { cluster: string; user: string } }[];
    "current-context"?: string;
}

/**
 * The kubeconfig of listClusterUserCredential, with Azure's names: a client certificate, or for a cluster with Entra ID
 * a login with kubelogin ("Use kubelogin to authenticate users in AKS").
 */
export function userKubeconfig(cluster: KubeconfigSource): string {
    const user = `clusterUser_${cluster.resourceGroup}_${cluster.name}`;
    if (!cluster.properties.aadProfile) return kubeconfig(cluster, cluster.name, user, undefined);
    return kubeconfig(cluster, cluster.name, user, entraLogin(cluster.properties));
}

/** The kubeconfig of listClusterAdminCredential. @throws ArmError if local accounts are disabled */
export function adminKubeconfig(cluster: KubeconfigSource): string {
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

/** @param login replaces the administrator's credentials */
function kubeconfig(
    { name, access }: KubeconfigSource,
    context: string,
    user: string,
    login?: object,
): string {
    const current =
        "kubeconfig" in access ? currentContext(parse(access.kubeconfig) as KubeconfigParts) : undefined;
    const cluster = current?.cluster ?? ("server" in access ? { server: access.server } : {});
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster }],
        users: [{ name: user, user: login ?? current?.user ?? {} }],
        contexts: [{ name: context, context: { cluster: name, user } }],
        "current-context": context,
    });
}

function currentContext(parts: KubeconfigParts): { cluster?: object; user?: object } {
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
