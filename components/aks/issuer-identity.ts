import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { argumentsResourceError } from "../shared/argument-check";
import { zoneAccess, type ZoneAccess } from "../dns/zone-access";
import type { Cluster } from "./cluster";
import { type KubernetesScope, labels, objectName } from "./kubernetes-scope";
import type { AksSettings } from "./settings";

/** Where the pod finds the token that Azure takes for the identity's. */
const TOKEN_FOLDER = "/var/run/secrets/azure/tokens";
const TOKEN_FILE = "azure-identity-token";
/** Whom the token is for: Microsoft Entra ID. */
const AUDIENCE = "api://AzureADTokenExchange";
/** Seconds; the kubelet writes a new one in time. */
const TOKEN_LIFETIME = 3_600;

/**
 * How the issuer's pod writes to the zone: workload identity, without the webhook that a cluster may not have. What that would
 * set is set here (Azure/azure-workload-identity, "Mutating admission webhook").
 */
export interface IssuerIdentity {
    zone: ZoneAccess & { identifiedBy: "workload" };
    serviceAccountName: pulumi.Output<string>;
    env: input.core.v1.EnvVar[];
    volume: input.core.v1.Volume;
    mount: input.core.v1.VolumeMount;
    /** What has to be there before the pod. */
    dependsOn: pulumi.Resource[];
}

/** An identity of Azure for a service account of the cluster. */
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
            // The settings are refused without a zone.
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
        env: [
            { name: "AZURE_TENANT_ID", value: zone.identity.tenantId },
            { name: "AZURE_FEDERATED_TOKEN_FILE", value: `${TOKEN_FOLDER}/${TOKEN_FILE}` },
            { name: "AZURE_AUTHORITY_HOST", value: "https://login.microsoftonline.com/" },
        ],
        volume: {
            name: "azure-identity",
            projected: {
                sources: [
                    {
                        serviceAccountToken: {
                            audience: AUDIENCE,
                            expirationSeconds: TOKEN_LIFETIME,
                            path: TOKEN_FILE,
                        },
                    },
                ],
            },
        },
        mount: { name: "azure-identity", mountPath: TOKEN_FOLDER, readOnly: true },
        dependsOn: [zone.granted, credential],
    };
}

/** Who vouches for the pod's token. */
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

/** What keeps a cluster's pods from having identities of Azure. */
export function oidcIssuerProblem(url: string): string | undefined {
    if (url !== "") return undefined;
    return "Dns01 needs the cluster's OIDC issuer, and it has none; run az aks update --enable-oidc-issuer for it, or use Http01";
}
