import type { ControlContext } from "../../context";
import { TENANT } from "../../../subscriptions";
import { adminKubeconfig, type CredentialsOf, userKubeconfig } from "../../managed-clusters/credentials";
import { completed } from "../../managed-clusters/defaults";
import {
    type AgentPool,
    managedClusterHidden,
    type ManagedClusterProperties,
    managedClusterProperties,
} from "../../managed-clusters/model";
import { checkManagedCluster } from "../../managed-clusters/rules";
import { fullVersion } from "../../managed-clusters/versions";
import type { JsonObject, Resource } from "../../state/resource";
import { isTransitioning } from "../../state/resource";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { identityOf, principalOf, uuidOf } from "../identity";
import { parseArmAddress, resourceGroupId, resourceGroupOf, resourceId, sameId } from "../resource-id";
import type { ActionResult, PutRequest, ResourceType } from "../resource-type";
import { USER_ASSIGNED_IDENTITIES } from "./user-assigned-identities";

export const MANAGED_CLUSTERS = "Microsoft.ContainerService/managedClusters";

/** Azure answers none of these again. */
const SECRETS: Readonly<Record<string, string>> = {
    servicePrincipalProfile: "secret",
    aadProfile: "serverAppSecret",
    windowsProfile: "adminPassword",
};

/** Microsoft.ContainerService/managedClusters. Whatever its pools say, behind a cluster is the sandbox's one node. */
export function managedClusters({ store, instance, kubernetes, clock }: ControlContext): ResourceType {
    function put(request: PutRequest) {
        const { id, name, body, existing, resourceGroup, location } = request;
        if (existing && isTransitioning(existing)) throw inProgress(existing);
        const asked = parseBody(managedClusterProperties, withoutSecrets(body.properties ?? {}));
        const previous = existing && managedClusterProperties.parse(existing.properties);
        const properties = completed(asked, { resourceGroup, name, location }, previous);
        const identity =
            body.identity === undefined ? existing?.envelope.identity : identityOf(id, body.identity);
        checkManagedCluster({
            name,
            properties,
            previous,
            identityType: (identity as { type?: string } | undefined)?.type,
            exists: one => store.get(one) !== undefined,
        });
        checkIdentities(request, identity);
        checkNodeGroup(request, properties);
        checkQuota(request);
        return {
            properties,
            hidden: existing?.hidden ?? { uid: uuidOf(`${id} ${clock().toISOString()}`) },
            envelope: {
                sku: body.sku ?? existing?.envelope.sku ?? { name: "Base", tier: "Free" },
                ...(body.kind !== undefined && { kind: body.kind }),
                ...(identity !== undefined && { identity }),
            },
        };
    }

    /** Only so many clusters fit into a subscription; here, into a sandbox. */
    function checkQuota({ id }: PutRequest): void {
        const other = store.ofType(MANAGED_CLUSTERS).find(one => !sameId(one.id, id));
        if (kubernetes === undefined || other === undefined) return;
        throw new ArmError(
            409,
            "ManagedClusterCountExceedsQuotaLimit",
            `A sandbox has one Kubernetes, and '${other.id}' has it. Delete that managed cluster first, or start the sandbox with --control-plane-only, which records any number.`,
        );
    }

    function checkIdentities({ id }: PutRequest, identity: unknown): void {
        const { userAssignedIdentities = {} } = (identity ?? {}) as { userAssignedIdentities?: object };
        const missing = Object.keys(userAssignedIdentities).find(one => store.get(one) === undefined);
        if (missing === undefined) return;
        throw new ArmError(
            400,
            "FailedIdentityOperation",
            `Identity operation for resource '${id}' failed: the identity '${missing}' does not exist.`,
        );
    }

    /** The group belongs to the cluster, and goes with it. */
    function checkNodeGroup({ subscription, existing }: PutRequest, properties: ManagedClusterProperties) {
        const { nodeResourceGroup = "" } = properties;
        if (existing || !store.get(resourceGroupId(subscription, nodeResourceGroup))) return;
        throw new ArmError(
            400,
            "InvalidParameter",
            `The value of parameter nodeResourceGroup is invalid: the resource group '${nodeResourceGroup}' exists already.`,
            "nodeResourceGroup",
        );
    }

    /** The node resource group, and in it the identity that pulls images. */
    function created(cluster: Resource): void {
        const { subscription } = parseArmAddress(cluster.id);
        const { nodeResourceGroup = "" } = managedClusterProperties.parse(cluster.properties);
        const group = resourceGroupId(subscription, nodeResourceGroup);
        if (store.get(group)) return;
        const made = {
            location: cluster.location,
            properties: {},
            hidden: {},
            provisioningState: "Succeeded",
            createdAt: clock().toISOString(),
        } as const;
        store.put({
            ...made,
            id: group,
            name: nodeResourceGroup,
            type: "Microsoft.Resources/resourceGroups",
            envelope: { managedBy: cluster.id },
        });
        store.put({
            ...made,
            id: kubeletIdentity(cluster),
            name: `${cluster.name}-agentpool`,
            type: USER_ASSIGNED_IDENTITIES,
            envelope: {},
        });
    }

    function credentials(cluster: Resource): CredentialsOf {
        const { address, port } = instance.kubernetes;
        return {
            resourceGroup: resourceGroupOf(cluster.id),
            name: cluster.name,
            properties: managedClusterProperties.parse(cluster.properties),
            access: kubernetes
                ? { kubeconfig: kubernetes.kubeconfig() }
                : { server: `https://${address}:${port}` },
        };
    }

    return {
        type: MANAGED_CLUSTERS,
        firstApiVersion: "2017-08-31",
        location: "required",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Azure-AsyncOperation",
        put,
        created,
        async release({ createdAt }) {
            await kubernetes?.clear(new Date(createdAt));
        },
        view: visibleProperties,

        actions: [
            {
                method: "POST",
                path: "listclusterusercredential",
                run: cluster => credential("clusterUser", userKubeconfig(credentials(cluster))),
            },
            {
                method: "POST",
                path: "listclusteradmincredential",
                run: cluster => credential("clusterAdmin", adminKubeconfig(credentials(cluster))),
            },
            {
                method: "GET",
                path: "agentpools",
                run: cluster => ({ status: 200, body: { value: poolsOf(cluster) } }),
            },
            {
                method: "GET",
                path: "agentpools/*",
                run(cluster, { segments: [name = ""] }) {
                    const pool = poolsOf(cluster).find(one => one.name === name);
                    if (pool) return { status: 200, body: pool };
                    throw new ArmError(404, "NotFound", `Could not find the agent pool: ${name}.`);
                },
            },
        ],
    };
}

/** What Azure tells beside what a client may set. */
function visibleProperties(cluster: Resource): JsonObject {
    const properties = managedClusterProperties.parse(cluster.properties);
    const { uid } = managedClusterHidden.parse(cluster.hidden);
    const { dnsPrefix = "", fqdnSubdomain, oidcIssuerProfile, identityProfile } = properties;
    const host = fqdnSubdomain ?? `${dnsPrefix}-${uid.slice(0, 8)}`;
    const domain = `hcp.${cluster.location ?? ""}.azmk8s.io`;
    const kubelet = kubeletIdentity(cluster);
    const { principalId: objectId, clientId } = principalOf(kubelet);
    return {
        ...properties,
        powerState: { code: "Running" },
        currentKubernetesVersion: fullVersion(properties.kubernetesVersion ?? ""),
        fqdn: `${host}.${domain}`,
        azurePortalFQDN: `${host}.portal.${domain}`,
        resourceUID: uid,
        identityProfile: {
            kubeletidentity: { resourceId: kubelet, clientId, objectId },
            ...(identityProfile as object | undefined),
        },
        oidcIssuerProfile: {
            ...oidcIssuerProfile,
            ...(oidcIssuerProfile?.enabled && {
                issuerURL: issuerUrl(cluster),
            }),
        },
    };
}

/** Whether workloads may show tokens of the cluster to others (`oidcIssuerProfile`). */
export function issuesTokens({ properties }: Resource): boolean {
    return managedClusterProperties.parse(properties).oidcIssuerProfile?.enabled === true;
}

/** Whether pods are given such tokens, by Azure's webhook (`securityProfile.workloadIdentity`). */
export function hasWorkloadIdentity({ properties }: Resource): boolean {
    const { securityProfile } = managedClusterProperties.parse(properties);
    return securityProfile?.workloadIdentity?.enabled === true;
}

/** The name by which the cluster signs tokens of its service accounts, for others than itself. */
export function issuerUrl(cluster: Resource): string {
    const { uid } = managedClusterHidden.parse(cluster.hidden);
    return `https://${cluster.location ?? ""}.oic.prod-aks.azure.com/${TENANT}/${uid}/`;
}

function kubeletIdentity(cluster: Resource): string {
    const { subscription } = parseArmAddress(cluster.id);
    const { nodeResourceGroup = "" } = managedClusterProperties.parse(cluster.properties);
    const name = `${cluster.name}-agentpool`;
    return resourceId(subscription, nodeResourceGroup, USER_ASSIGNED_IDENTITIES, [name]);
}

/** The pools as resources of their own. */
function poolsOf(cluster: Resource): (JsonObject & { name: string })[] {
    const pools: AgentPool[] = managedClusterProperties.parse(cluster.properties).agentPoolProfiles ?? [];
    return pools.map(({ name, ...properties }) => ({
        id: `${cluster.id}/agentPools/${name}`,
        name,
        type: `${MANAGED_CLUSTERS}/agentPools`,
        properties,
    }));
}

function credential(name: string, kubeconfig: string): ActionResult {
    return {
        status: 200,
        body: { kubeconfigs: [{ name, value: Buffer.from(kubeconfig).toString("base64") }] },
    };
}

function withoutSecrets(properties: object): JsonObject {
    return Object.fromEntries(
        Object.entries(properties).map(([name, value]: [string, unknown]) => {
            const secret = SECRETS[name];
            if (secret === undefined || typeof value !== "object" || value === null) return [name, value];
            return [name, { ...value, [secret]: undefined }];
        }),
    );
}

function inProgress({ name, provisioningState }: Resource): ArmError {
    return new ArmError(
        409,
        "OperationNotAllowed",
        `Operation is not allowed because there's an in progress operation (${provisioningState}) on the managed cluster ${name}. Please wait for it to finish before starting a new operation.`,
    );
}
