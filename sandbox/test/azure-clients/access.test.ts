import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SUBSCRIPTION, TENANT } from "../../subscriptions";
import { TokenIssuer } from "../../control/arm/tokens";
import { all, armToken, azureClients, LOCATION, refusal } from "../../testing/azure-clients";
import { azure, control, useControlPlane } from "./control-plane";

/** Tests identities, roles and networks with Microsoft's clients, on a control plane without Kubernetes. */
useControlPlane();

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/clients`;
const role = (id: string) =>
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const NETWORK_CONTRIBUTOR = role("4d97b98b-1d4f-4787-a291-c67834d212e7");
const DNS_CONTRIBUTOR = role("befefa01-2a29-4197-83a8-272ff33ce314");
const publicIp = (name: string) =>
    azure.network.publicIPAddresses.beginCreateOrUpdateAndWait("clients", name, {
        location: LOCATION,
        publicIPAllocationMethod: "Static",
        sku: { name: "Standard" },
    });

describe("user-assigned identities", () => {
    it("keep their ids, and are deleted with their federated credentials", async () => {
        const { userAssignedIdentities, federatedIdentityCredentials } = azure.identities;
        const created = await userAssignedIdentities.createOrUpdate("clients", "issuer", {
            location: LOCATION,
        });
        expect(created).toMatchObject({
            tenantId: "00000000-0000-0000-0000-000000000002",
            principalId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string,
            clientId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string,
        });
        expect(await userAssignedIdentities.get("clients", "issuer")).toMatchObject({
            clientId: created.clientId,
        });
        const content = {
            issuer: "https://issuer.example/",
            subject: "system:serviceaccount:inference:issuer",
            audiences: ["api://AzureADTokenExchange"],
        };
        await federatedIdentityCredentials.createOrUpdate("clients", "issuer", "aks", content);
        expect(await federatedIdentityCredentials.get("clients", "issuer", "aks")).toMatchObject(content);
        await userAssignedIdentities.delete("clients", "issuer");
        expect(await all(userAssignedIdentities.listByResourceGroup("clients"))).toEqual([]);
    });
});

describe("role assignments", () => {
    it.each([
        ["a subscription", () => Promise.resolve(`/subscriptions/${SUBSCRIPTION}`)],
        ["a group", () => Promise.resolve(GROUP)],
        ["a resource", async () => (await publicIp("scope")).id ?? ""],
    ])("are created at %s, shown, and deleted", async (_, scopeOf) => {
        const { roleAssignments } = azure.authorization;
        const scope = await scopeOf();
        const [name, principalId] = [randomUUID(), randomUUID()];
        const properties = { roleDefinitionId: NETWORK_CONTRIBUTOR, principalId, principalType: "User" };
        const created = await roleAssignments.create(scope, name, properties);
        expect(created).toMatchObject({
            ...properties,
            id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
            name,
            scope,
        });
        expect(await roleAssignments.create(scope, name, properties)).toMatchObject({ name });
        expect(await roleAssignments.get(scope, name)).toMatchObject(properties);
        expect(await roleAssignments.getById(created.id ?? "")).toMatchObject({ name });
        await roleAssignments.delete(scope, name);
        expect(await refusal(roleAssignments.get(scope, name))).toMatchObject({ statusCode: 404 });
        await roleAssignments.delete(scope, name);
    });

    it("are listed at, above and below a scope", async () => {
        const { roleAssignments } = azure.authorization;
        const { id: resource = "" } = await publicIp("listed");
        const principalId = randomUUID();
        const scopes = { subscription: `/subscriptions/${SUBSCRIPTION}`, group: GROUP, resource };
        const created: Record<string, string> = {};
        for (const [where, scope] of Object.entries(scopes)) {
            const name = randomUUID();
            await roleAssignments.create(scope, name, { roleDefinitionId: DNS_CONTRIBUTOR, principalId });
            created[name] = where;
        }
        const listed = async (scope: string, filter?: string) =>
            (await all(roleAssignments.listForScope(scope, { filter })))
                .map(({ name = "" }) => created[name])
                .sort();
        const everywhere = ["group", "resource", "subscription"];
        expect(await listed(GROUP)).toEqual(everywhere);
        expect(await listed(GROUP, "atScope()")).toEqual(["group", "subscription"]);
        expect(await listed(resource, "atScope()")).toEqual(everywhere);
        expect(await listed(GROUP, `principalId eq '${principalId}'`)).toEqual(everywhere);
        expect(await listed(GROUP, `principalId eq '${randomUUID()}'`)).toEqual([]);
        // A role assignment is not listed as a resource of the group.
        const resources = await all(azure.resources.resources.listByResourceGroup("clients"));
        expect(resources.map(({ type }) => type)).not.toContain("Microsoft.Authorization/roleAssignments");
        for (const [name, where] of Object.entries(created)) {
            await roleAssignments.delete(scopes[where as keyof typeof scopes], name);
        }
    });

    it("are deleted with the resource that is their scope", async () => {
        const { roleAssignments } = azure.authorization;
        const { id: scope = "" } = await publicIp("short-lived");
        const [name, principalId] = [randomUUID(), randomUUID()];
        await roleAssignments.create(scope, name, { roleDefinitionId: NETWORK_CONTRIBUTOR, principalId });
        await azure.network.publicIPAddresses.beginDeleteAndWait("clients", "short-lived");
        expect(await refusal(roleAssignments.get(scope, name))).toMatchObject({ statusCode: 404 });
        await publicIp("short-lived");
        expect(await all(roleAssignments.listForScope(scope))).toEqual([]);
    });

    it("are refused for changes, duplicates, invalid names, and roles and scopes that do not exist", async () => {
        const { roleAssignments } = azure.authorization;
        const [name, principalId] = [randomUUID(), randomUUID()];
        const properties = { roleDefinitionId: NETWORK_CONTRIBUTOR, principalId };
        await roleAssignments.create(GROUP, name, properties);

        const changed = roleAssignments.create(GROUP, name, {
            ...properties,
            roleDefinitionId: DNS_CONTRIBUTOR,
        });
        expect(await refusal(changed)).toMatchObject({
            statusCode: 400,
            code: "RoleAssignmentUpdateNotPermitted",
        });
        expect(await refusal(roleAssignments.create(GROUP, randomUUID(), properties))).toMatchObject({
            statusCode: 409,
            code: "RoleAssignmentExists",
        });
        expect(await refusal(roleAssignments.create(GROUP, "front", properties))).toMatchObject({
            statusCode: 400,
            code: "InvalidRoleAssignmentId",
        });
        const noRole = { principalId, roleDefinitionId: "Network Contributor" };
        expect(await refusal(roleAssignments.create(GROUP, randomUUID(), noRole))).toMatchObject({
            code: "RoleDefinitionDoesNotExist",
        });
        const nowhere = `${GROUP}/providers/Microsoft.Network/publicIPAddresses/missing`;
        expect(await refusal(roleAssignments.create(nowhere, randomUUID(), properties))).toMatchObject({
            statusCode: 404,
            code: "ResourceNotFound",
        });
        await roleAssignments.delete(GROUP, name);
    });

    it("are refused if they declare a managed identity to be a user", async () => {
        const { principalId = "" } = await azure.identities.userAssignedIdentities.createOrUpdate(
            "clients",
            "front",
            { location: LOCATION },
        );
        const properties = { roleDefinitionId: NETWORK_CONTRIBUTOR, principalId };
        const asUser = azure.authorization.roleAssignments.create(GROUP, randomUUID(), {
            ...properties,
            principalType: "User",
        });
        expect(await refusal(asUser)).toMatchObject({ statusCode: 400, code: "UnmatchedPrincipalType" });
        const created = await azure.authorization.roleAssignments.create(GROUP, randomUUID(), properties);
        expect(created.principalType).toBe("ServicePrincipal");
    });

    it("allow a managed identity only the actions of its role", async () => {
        const identity = await azure.identities.userAssignedIdentities.createOrUpdate("clients", "dns", {
            location: LOCATION,
        });
        const { principalId = "", clientId = "" } = identity;
        const { id: zone = "" } = await azure.dns.zones.createOrUpdate("clients", "role.test", {
            location: "global",
        });
        const tokens = new TokenIssuer(armToken(control.instance), TENANT, () => new Date());
        const token = tokens.issue({ principalId, clientId }, "https://management.azure.com");
        const { recordSets, zones } = azureClients(control.instance, token).dns;
        const write = () =>
            recordSets.createOrUpdate("clients", "role.test", "_acme-challenge", "TXT", {
                ttl: 60,
                txtRecords: [{ value: ["proof"] }],
            });
        expect(await refusal(write())).toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
        await azure.authorization.roleAssignments.create(zone, randomUUID(), {
            roleDefinitionId: DNS_CONTRIBUTOR,
            principalId,
        });
        expect(await write()).toMatchObject({ fqdn: "_acme-challenge.role.test." });
        const other = zones.createOrUpdate("clients", "other.test", { location: "global" });
        expect(await refusal(other)).toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
    });

    it("refer to built-in roles, which can be read and listed", async () => {
        const { roleDefinitions } = azure.authorization;
        const id = DNS_CONTRIBUTOR.split("/").at(-1) ?? "";
        expect(await roleDefinitions.get(GROUP, id)).toMatchObject({ roleName: "DNS Zone Contributor" });
        const found = await all(roleDefinitions.list(GROUP, { filter: "roleName eq 'Network Contributor'" }));
        expect(found.map(({ name }) => name)).toEqual(["4d97b98b-1d4f-4787-a291-c67834d212e7"]);
    });
});

describe("virtual networks", () => {
    const network = (subnets?: { name: string; addressPrefix: string }[]) =>
        azure.network.virtualNetworks.beginCreateOrUpdateAndWait("clients", "net", {
            location: LOCATION,
            addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
            ...(subnets && { subnets }),
        });
    const subnet = (name: string, addressPrefix: string) =>
        azure.network.subnets.beginCreateOrUpdateAndWait("clients", "net", name, { addressPrefix });

    it("create subnets in the request for the network or in separate requests", async () => {
        const created = await network([{ name: "nodes", addressPrefix: "10.1.0.0/24" }]);
        expect(created.subnets).toMatchObject([{ name: "nodes", provisioningState: "Succeeded" }]);
        expect(await subnet("front", "10.1.1.0/24")).toMatchObject({
            id: `${created.id ?? ""}/subnets/front`,
            addressPrefix: "10.1.1.0/24",
        });
        // A request without `subnets` keeps all subnets. A request with `subnets` deletes those that it does not list.
        expect((await network()).subnets?.map(({ name }) => name)).toEqual(["nodes", "front"]);
        const fewer = await network([{ name: "nodes", addressPrefix: "10.1.0.0/24" }]);
        expect(fewer.subnets?.map(({ name }) => name)).toEqual(["nodes"]);
        expect((await all(azure.network.subnets.list("clients", "net"))).map(({ name }) => name)).toEqual([
            "nodes",
        ]);
        await azure.network.virtualNetworks.beginDeleteAndWait("clients", "net");
        expect(await all(azure.network.virtualNetworks.list("clients"))).toEqual([]);
    });

    it("refuse invalid address ranges, and the deletion of a subnet in use", async () => {
        await network([{ name: "nodes", addressPrefix: "10.1.0.0/24" }]);
        expect(await refusal(subnet("outside", "10.2.0.0/24"))).toMatchObject({
            code: "NetcfgInvalidSubnet",
        });
        expect(await refusal(subnet("overlapping", "10.1.0.128/25"))).toMatchObject({
            code: "NetcfgSubnetRangesOverlap",
        });
        expect(await refusal(subnet("misaligned", "10.1.1.1/24"))).toMatchObject({
            code: "InvalidCIDRNotation",
        });

        const { id: vnetSubnetID } = await azure.network.subnets.get("clients", "net", "nodes");
        await azure.clusters.managedClusters.createOrUpdate("clients", "aks", {
            location: LOCATION,
            identity: { type: "SystemAssigned" },
            dnsPrefix: "contoso",
            agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", vnetSubnetID }],
        });
        const inUse = { statusCode: 400, code: "InUseSubnetCannotBeDeleted" };
        expect(
            await refusal(azure.network.subnets.beginDeleteAndWait("clients", "net", "nodes")),
        ).toMatchObject(inUse);
        expect(
            await refusal(azure.network.virtualNetworks.beginDeleteAndWait("clients", "net")),
        ).toMatchObject(inUse);
        expect(await refusal(network([]))).toMatchObject(inUse);
        await azure.clusters.managedClusters.delete("clients", "aks");
        await azure.network.virtualNetworks.beginDeleteAndWait("clients", "net");
    });
});
