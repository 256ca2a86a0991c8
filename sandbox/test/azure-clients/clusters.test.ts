import { KubeConfig } from "@kubernetes/client-node";
import type { ManagedCluster } from "@azure/arm-containerservice";
import { describe, expect, it } from "vitest";
import { all, armToken, azureClients, LOCATION, refusal } from "../../testing/azure-clients";
import { azure, control, useControlPlane } from "./control-plane";
import { SUBSCRIPTION } from "../../subscriptions";

/** Tests managed clusters with Microsoft's client, on a control plane without Kubernetes. */
useControlPlane();

const POOL = { name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 };

const cluster = (change: Partial<ManagedCluster> = {}): ManagedCluster => ({
    location: LOCATION,
    identity: { type: "SystemAssigned" },
    dnsPrefix: "contoso",
    agentPoolProfiles: [POOL],
    ...change,
});

const put = (name: string, change?: Partial<ManagedCluster>) =>
    azure.clusters.managedClusters.createOrUpdate("clients", name, cluster(change));

function kubeconfig(results: { kubeconfigs?: { value?: Uint8Array }[] }): KubeConfig {
    const config = new KubeConfig();
    config.loadFromString(Buffer.from(results.kubeconfigs?.[0]?.value ?? []).toString());
    return config;
}

describe("managed clusters", () => {
    it("are created with defaults, changed, tagged, listed and deleted", async () => {
        const { managedClusters, agentPools } = azure.clusters;
        const created = await put("aks");
        expect(created).toMatchObject({
            id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/clients/providers/Microsoft.ContainerService/managedClusters/aks`,
            name: "aks",
            location: LOCATION,
            provisioningState: "Succeeded",
            powerState: { code: "Running" },
            currentKubernetesVersion: "1.34.4",
            nodeResourceGroup: `MC_clients_aks_${LOCATION}`,
            networkProfile: { networkPlugin: "azure", outboundType: "loadBalancer" },
            identity: {
                type: "SystemAssigned",
                principalId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string,
            },
            oidcIssuerProfile: { enabled: false },
            sku: { name: "Base", tier: "Free" },
        });
        expect(created.fqdn).toMatch(new RegExp(`^contoso-[0-9a-f]{8}\\.hcp\\.${LOCATION}\\.azmk8s\\.io$`));

        const more = await put("aks", { agentPoolProfiles: [{ ...POOL, count: 5 }] });
        expect(more.agentPoolProfiles?.[0]).toMatchObject({ count: 5, orchestratorVersion: "1.34" });
        expect({ ...more, agentPoolProfiles: [] }).toEqual({ ...created, agentPoolProfiles: [] });

        const tagged = await managedClusters.updateTags("clients", "aks", { tags: { a: "b" } });
        expect(tagged).toMatchObject({ tags: { a: "b" }, dnsPrefix: "contoso" });
        // A request with the body of a response changes nothing.
        const sentBack = await managedClusters.createOrUpdate("clients", "aks", tagged);
        expect(sentBack).toEqual(tagged);

        expect((await all(managedClusters.list())).map(({ name }) => name)).toEqual(["aks"]);
        expect((await all(managedClusters.listByResourceGroup("clients"))).map(({ name }) => name)).toEqual([
            "aks",
        ]);
        expect((await all(agentPools.list("clients", "aks"))).map(({ name }) => name)).toEqual(["system"]);
        expect(await agentPools.get("clients", "aks", "system")).toMatchObject({ count: 5, mode: "System" });

        await managedClusters.delete("clients", "aks");
        expect(await refusal(managedClusters.get("clients", "aks"))).toMatchObject({
            statusCode: 404,
            code: "ResourceNotFound",
        });
    });

    it("create a node resource group, which is deleted with them", async () => {
        const { nodeResourceGroup = "", identityProfile } = await put("aks");
        expect(await azure.resources.resourceGroups.get(nodeResourceGroup)).toMatchObject({
            location: LOCATION,
            managedBy: expect.stringMatching(/managedClusters\/aks$/) as string,
        });
        const kubelet = await azure.identities.userAssignedIdentities.get(nodeResourceGroup, "aks-agentpool");
        expect(identityProfile?.kubeletidentity).toEqual({
            resourceId: kubelet.id,
            clientId: kubelet.clientId,
            objectId: kubelet.principalId,
        });

        await azure.clusters.managedClusters.delete("clients", "aks");
        expect((await azure.resources.resourceGroups.checkExistence(nodeResourceGroup)).body).toBe(false);
    });

    it("are refused if the node resource group exists already", async () => {
        await azure.resources.resourceGroups.createOrUpdate("existing", { location: LOCATION });
        expect(await refusal(put("aks", { nodeResourceGroup: "existing" }))).toMatchObject({
            statusCode: 400,
            code: "InvalidParameter",
        });
    });

    it("return no secrets", async () => {
        const shown = await put("aks", {
            identity: undefined,
            servicePrincipalProfile: { clientId: "client", secret: "of-the-principal" },
        });
        expect(shown.servicePrincipalProfile).toEqual({ clientId: "client" });
        await azure.clusters.managedClusters.delete("clients", "aks");
    });

    it("accept only a user-assigned identity that exists", async () => {
        const identity = await azure.identities.userAssignedIdentities.createOrUpdate("clients", "front", {
            location: LOCATION,
        });
        const id = identity.id ?? "";
        const created = await put("aks", {
            identity: { type: "UserAssigned", userAssignedIdentities: { [id]: {} } },
        });
        expect(created.identity?.userAssignedIdentities?.[id]).toEqual({
            principalId: identity.principalId,
            clientId: identity.clientId,
        });
        const missing = { type: "UserAssigned" as const, userAssignedIdentities: { [`${id}s`]: {} } };
        expect(await refusal(put("aks", { identity: missing }))).toMatchObject({
            statusCode: 400,
            code: "FailedIdentityOperation",
        });
        await azure.clusters.managedClusters.delete("clients", "aks");
    });

    it("are refused changes of immutable properties", async () => {
        await put("aks");
        expect(await refusal(put("aks", { dnsPrefix: "fabrikam" }))).toMatchObject({
            statusCode: 400,
            code: "PropertyChangeNotAllowed",
        });
        const larger = put("aks", { agentPoolProfiles: [{ ...POOL, vmSize: "Standard_D8s_v5" }] });
        expect(await refusal(larger)).toMatchObject({ code: "PropertyChangeNotAllowed" });
        expect(await refusal(put("aks", { location: "northeurope" }))).toMatchObject({ statusCode: 409 });
        expect(await azure.clusters.managedClusters.get("clients", "aks")).toMatchObject({
            dnsPrefix: "contoso",
            provisioningState: "Succeeded",
        });
        await azure.clusters.managedClusters.delete("clients", "aks");
    });

    it("return a kubeconfig with credentials, or with kubelogin if local accounts are disabled", async () => {
        const { managedClusters } = azure.clusters;
        await put("aks");
        const user = kubeconfig(await managedClusters.listClusterUserCredentials("clients", "aks"));
        expect(user.getCurrentUser()?.name).toBe("clusterUser_clients_aks");
        const { address, port } = control.instance.kubernetes;
        expect(user.getCurrentCluster()?.server).toBe(`https://${address}:${port}`);
        const admin = kubeconfig(await managedClusters.listClusterAdminCredentials("clients", "aks"));
        expect(admin.getCurrentContext()).toBe("aks-admin");

        await put("aks", { aadProfile: { managed: true }, disableLocalAccounts: true });
        const login = kubeconfig(await managedClusters.listClusterUserCredentials("clients", "aks"));
        expect(login.getCurrentUser()?.exec).toMatchObject({ command: "kubelogin" });
        const refused = managedClusters.listClusterAdminCredentials("clients", "aks");
        expect(await refusal(refused)).toMatchObject({ statusCode: 400, code: "BadRequest" });
        await managedClusters.delete("clients", "aks");
    });

    it("exist in both subscriptions, each listed only in its own", async () => {
        const token = armToken(control.instance);
        const other = azureClients(control.instance, token, "00000000-0000-0000-0000-000000000003");
        await other.resources.resourceGroups.createOrUpdate("elsewhere", { location: LOCATION });
        const created = await other.clusters.managedClusters.createOrUpdate("elsewhere", "aks", cluster());
        expect(created.id).toMatch(/^\/subscriptions\/00000000-0000-0000-0000-000000000003\//);
        expect(await all(azure.clusters.managedClusters.list())).toEqual([]);
        expect((await all(azure.resources.resourceGroups.list())).map(({ name }) => name)).not.toContain(
            "elsewhere",
        );
        expect((await all(other.resources.resourceGroups.list())).map(({ name }) => name)).toEqual([
            "elsewhere",
            `MC_elsewhere_aks_${LOCATION}`,
        ]);
        await other.clusters.managedClusters.delete("elsewhere", "aks");
        await other.resources.resourceGroups.beginDeleteAndWait("elsewhere");

        const unknown = azureClients(control.instance, token, "00000000-0000-0000-0000-000000000009");
        expect(await refusal(unknown.resources.resourceGroups.get("any"))).toMatchObject({
            statusCode: 404,
            code: "SubscriptionNotFound",
        });
    });
});
