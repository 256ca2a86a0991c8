import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { zoneAccess, type ZoneAccess } from "../dns/zone-access";
import type { Cluster } from "./cluster";
import { type KubernetesScope, labels, objectName } from "./kubernetes-scope";
import type { AksSettings } from "./settings";

/** The folder of the service account token in the pod, which Azure exchanges for a token of the identity. */
const TOKEN_FOLDER = "/var/run/secrets/azure/tokens";
const TOKEN_FILE = "azure-identity-token";
/** The audience of the token: Microsoft Entra ID. */
const AUDIENCE = "api://AzureADTokenExchange";
/** The kubelet renews the token before it expires. */
const TOKEN_LIFETIME_SECONDS = 3_600;

/**
 * The workload identity with which the pod of the issuer writes to the DNS zone. A cluster may have no workload identity
 * webhook, so the component sets what the webhook would set (Azure/azure-workload-identity, "Mutating admission webhook").
 */
export interface IssuerIdentity {
    zone: ZoneAccess & { identifiedBy: "workload" };
    serviceAccountName: pulumi.Output<string>;
    env: input.core.v1.EnvVar[];
    volume: input.core.v1.Volume;
    mount: input.core.v1.VolumeMount;
    /** The resources that the pod depends on. */
    dependsOn: pulumi.Resource[];
}

/** Creates the identity, its service account and the trust between both. */
export function issuerIdentity(
    settings: AksSettings,
    cluster: Cluster,
    scope: KubernetesScope,
    component: pulumi.Resource,
): IssuerIdentity {
    const name = objectName(scope, "issuer");
    const { resourceGroupName, tags, dns } = settings;
    const zone = zoneAccess(
        name,
        {
            // Dns01 without a zone is an invalid argument.
            zoneName: dns.zoneName ?? "",
            zoneResourceGroupName: dns.zoneResourceGroupName,
            resourceGroupName,
            location: cluster.location,
            tags,
            provider: cluster.azure,
        },
        component,
    );
    const account = new core.ServiceAccount(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: labels(scope, "issuer", "issuer") },
            automountServiceAccountToken: false,
        },
        scope.opts,
    );
    const credential = new managedidentity.FederatedIdentityCredential(
        name,
        {
            resourceGroupName,
            resourceName: zone.identity.name,
            issuer: oidcIssuer(scope.component, cluster, component),
            subject: `system:serviceaccount:${scope.namespace}:${name}`,
            audiences: [AUDIENCE],
        },
        { parent: component, provider: cluster.azure },
    );
    return {
        zone: { ...zone, identifiedBy: "workload" },
        serviceAccountName: account.metadata.name,
        ...webhookSettings(zone.identity.tenantId),
        dependsOn: [zone.granted, credential],
    };
}

/** The parts of the pod that the webhook would set: the token of the service account as a file, and variables for Azure's clients. */
function webhookSettings(tenantId: pulumi.Input<string>): Pick<IssuerIdentity, "env" | "volume" | "mount"> {
    const token = {
        audience: AUDIENCE,
        expirationSeconds: TOKEN_LIFETIME_SECONDS,
        path: TOKEN_FILE,
    };
    return {
        env: [
            { name: "AZURE_TENANT_ID", value: tenantId },
            { name: "AZURE_FEDERATED_TOKEN_FILE", value: `${TOKEN_FOLDER}/${TOKEN_FILE}` },
            { name: "AZURE_AUTHORITY_HOST", value: "https://login.microsoftonline.com/" },
        ],
        volume: { name: "azure-identity", projected: { sources: [{ serviceAccountToken: token }] } },
        mount: { name: "azure-identity", mountPath: TOKEN_FOLDER, readOnly: true },
    };
}

/** The issuer of the service account tokens, which the identity trusts. */
function oidcIssuer(
    component: string,
    { oidcIssuerUrl }: Cluster,
    resource: pulumi.Resource,
): pulumi.Output<string> {
    return pulumi.output(oidcIssuerUrl ?? "").apply(url => {
        const reason = oidcIssuerProblem(url);
        if (reason === undefined) return url;
        throw argumentsResourceError(component, [{ propertyPath: "tls.acme.challenge", reason }], resource);
    });
}

/** Why the cluster does not support workload identity. */
export function oidcIssuerProblem(url: string): string | undefined {
    if (url !== "") return undefined;
    return "is Dns01, but the cluster has no OIDC issuer; enable it (az aks update --enable-oidc-issuer), or use Http01";
}
