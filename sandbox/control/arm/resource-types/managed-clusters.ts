import { TENANT } from "../../../subscriptions";
import { adminKubeconfig, type KubeconfigSource, userKubeconfig } from "../../managed-clusters/credentials";
import { withDefaults } from "../../managed-clusters/defaults";
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
import type { Store } from "../../state/store";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { identityOf, principalOf, uuidOf } from "../managed-identities";
import { parseArmAddress, resourceGroupId, resourceGroupOf, resourceId, sameId } from "../resource-id";
import type { Action, ActionResult, Draft, PutRequest, ResourceType } from "../resource-type";
import type { ControlContext } from "./context";
import { USER_ASSIGNED_IDENTITIES } from "./user-assigned-identities";

export const MANAGED_CLUSTERS = "Microsoft.ContainerService/managedClusters";

/** Microsoft.ContainerService/managedClusters (REST API). Every cluster is the one Kubernetes node of the sandbox. */
export function managedClusters(context: ControlContext): ResourceType {
    return {
        type: MANAGED_CLUSTERS,
        firstApiVersion: "2017-08-31",
        location: "required",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Azure-AsyncOperation",
        put: request => draftOf(request, context),
        created: cluster => createNodeResources(cluster, context),
        async release({ createdAt }) {
            await context.kubernetes?.clear(new Date(createdAt));
        },
        view: visibleProperties,
        actions: managedClusterActions(context),
    };
}

/** Properties that a client sends and Azure never returns, by the name of their object. */
const SECRETS: Readonly<Record<string, string>> = {
    servicePrincipalProfile: "secret",
    aadProfile: "serverAppSecret",
    windowsProfile: "adminPassword",
};

function draftOf(request: PutRequest, { store, kubernetes, clock }: ControlContext): Draft {
    const { id, name, body, existing, resourceGroup, location } = request;
    if (existing && isTransitioning(existing)) throw inProgress(existing);
    const requested = parseBody(managedClusterProperties, withoutSecrets(body.properties ?? {}));
    const previous = existing && managedClusterProperties.parse(existing.properties);
    const properties = withDefaults(requested, { resourceGroup, name, location }, previous);
    const identity =
        body.identity === undefined ? existing?.envelope.identity : identityOf(id, body.identity);
    checkManagedCluster({
        name,
        properties,
        previous,
        identityType: (identity as { type?: string } | undefined)?.type,
        exists: other => store.get(other) !== undefined,
    });
    checkIdentities(request, identity, store);
    checkNodeResourceGroup(request, properties, store);
    if (kubernetes) checkQuota(request, store);
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

/** @throws ArmError if another cluster exists: a sandbox has one Kubernetes. Azure has a quota for each subscription. */
function checkQuota({ id }: PutRequest, store: Store): void {
    const other = store.ofType(MANAGED_CLUSTERS).find(cluster => !sameId(cluster.id, id));
    if (other === undefined) return;
    throw new ArmError(
        409,
        "ManagedClusterCountExceedsQuotaLimit",
        `A sandbox can run one managed cluster, and '${other.id}' exists. Delete that cluster first, or start the sandbox with --control-plane-only, which only records clusters.`,
    );
}

function checkIdentities({ id }: PutRequest, identity: unknown, store: Store): void {
    const { userAssignedIdentities = {} } = (identity ?? {}) as { userAssignedIdentities?: object };
    const missing = Object.keys(userAssignedIdentities).find(one => store.get(one) === undefined);
    if (missing === undefined) return;
    throw new ArmError(
        400,
        "FailedIdentityOperation",
        `Identity operation for resource '${id}' failed: the identity '${missing}' does not exist.`,
    );
}

/** @throws ArmError if the node resource group exists before the cluster, which creates and deletes it */
function checkNodeResourceGroup(
    { subscription, existing }: PutRequest,
    { nodeResourceGroup = "" }: ManagedClusterProperties,
    store: Store,
): void {
    if (existing || !store.get(resourceGroupId(subscription, nodeResourceGroup))) return;
    throw new ArmError(
        400,
        "InvalidParameter",
        `The value of parameter nodeResourceGroup is invalid: the resource group '${nodeResourceGroup}' exists already.`,
        "nodeResourceGroup",
    );
}

/** Creates the node resource group, and in it the identity with which nodes pull images. */
function createNodeResources(cluster: Resource, { store, clock }: ControlContext): void {
    const { subscription } = parseArmAddress(cluster.id);
    const { nodeResourceGroup = "" } = managedClusterProperties.parse(cluster.properties);
    const group = resourceGroupId(subscription, nodeResourceGroup);
    if (store.get(group)) return;
    const common = {
        location: cluster.location,
        properties: {},
        hidden: {},
        provisioningState: "Succeeded",
        createdAt: clock().toISOString(),
    } as const;
    store.put({
        ...common,
        id: group,
        name: nodeResourceGroup,
        type: "Microsoft.Resources/resourceGroups",
        envelope: { managedBy: cluster.id },
    });
    store.put({
        ...common,
        id: kubeletIdentity(cluster),
        name: `${cluster.name}-agentpool`,
        type: USER_ASSIGNED_IDENTITIES,
        envelope: {},
    });
}

function managedClusterActions(context: ControlContext): Action[] {
    return [
        {
            method: "POST",
            path: "listclusterusercredential",
            run: cluster => credential("clusterUser", userKubeconfig(kubeconfigSource(cluster, context))),
        },
        {
            method: "POST",
            path: "listclusteradmincredential",
            run: cluster => credential("clusterAdmin", adminKubeconfig(kubeconfigSource(cluster, context))),
        },
        {
            method: "GET",
            path: "agentpools",
            run: cluster => ({ status: 200, body: { value: agentPools(cluster) } }),
        },
        {
            method: "GET",
            path: "agentpools/*",
            run(cluster, { segments: [name = ""] }) {
                const pool = agentPools(cluster).find(candidate => candidate.name === name);
                if (pool) return { status: 200, body: pool };
                throw new ArmError(404, "NotFound", `Could not find the agent pool: ${name}.`);
            },
        },
    ];
}

function kubeconfigSource(cluster: Resource, { instance, kubernetes }: ControlContext): KubeconfigSource {
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

/** The stored properties and those that Azure adds to responses. */
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

/** Whether the cluster is an OpenID Connect issuer (`oidcIssuerProfile`). */
export function issuesTokens({ properties }: Resource): boolean {
    return managedClusterProperties.parse(properties).oidcIssuerProfile?.enabled === true;
}

/** Whether Azure's webhook mounts tokens of the issuer into pods (`securityProfile.workloadIdentity`). */
export function hasWorkloadIdentity({ properties }: Resource): boolean {
    const { securityProfile } = managedClusterProperties.parse(properties);
    return securityProfile?.workloadIdentity?.enabled === true;
}

/** The issuer (`iss`) of the tokens of service accounts. */
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

/** The agent pools as resources. */
function agentPools(cluster: Resource): (JsonObject & { name: string })[] {
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
