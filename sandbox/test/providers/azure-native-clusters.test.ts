import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installStandIns } from "../../providers/install";
import { type Step, TestProject } from "../../testing/harness";
import { startArm, type TestArm } from "../../testing/arm";

let arm: TestArm;

beforeAll(async () => {
    arm = await startArm();
});

afterAll(() => arm.close());

interface ProgramOptions {
    /** The number of nodes in the pool. */
    count?: number;
    dnsPrefix?: string;
    /** The address range of the second subnet. */
    front?: string;
    /** Additional statements. */
    more?: string;
}

/** A program with a cluster, the resources that it needs, and calls that read the cluster and its credentials. */
function program({
    count = 3,
    dnsPrefix = "contoso",
    front = "10.1.1.0/24",
    more = "",
}: ProgramOptions = {}) {
    return `
        import * as pulumi from "@pulumi/pulumi";
        import * as azure from "@pulumi/azure-native/provider";
        import * as resources from "@pulumi/azure-native/resources";
        import * as authorization from "@pulumi/azure-native/authorization";
        import * as containerservice from "@pulumi/azure-native/containerservice";
        import * as managedidentity from "@pulumi/azure-native/managedidentity";
        import * as network from "@pulumi/azure-native/network";

        const { name: resourceGroupName } = new resources.ResourceGroup("aks", { location: "westeurope" });
        const identity = new managedidentity.UserAssignedIdentity("front", { resourceGroupName });
        const net = new network.VirtualNetwork("net", {
            resourceGroupName,
            addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
        });
        const subnet = (name: string, addressPrefix: string, opts?: pulumi.CustomResourceOptions) =>
            new network.Subnet(name, { resourceGroupName, virtualNetworkName: net.name, addressPrefix }, opts);
        const nodes = subnet("nodes", "10.1.0.0/24");
        const front = subnet("front", "${front}");
        const address = new network.PublicIPAddress("front", {
            resourceGroupName,
            publicIPAllocationMethod: "Static",
            sku: { name: "Standard" },
        });
        const cluster = new containerservice.ManagedCluster("aks", {
            resourceGroupName,
            resourceName: "aks",
            dnsPrefix: "${dnsPrefix}",
            identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
            agentPoolProfiles: [{
                name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: ${count}, vnetSubnetID: nodes.id,
            }],
            autoScalerProfile: { scanInterval: "20s" },
        });
        const assignment = new authorization.RoleAssignment("front", {
            scope: address.id,
            principalId: identity.principalId,
            principalType: "ServicePrincipal",
            roleDefinitionId: pulumi.interpolate\`/subscriptions/${arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7\`,
        });
        const credentials = containerservice.listManagedClusterUserCredentialsOutput({
            resourceGroupName, resourceName: cluster.name,
        });
        export const groupName = resourceGroupName;
        export const nodeResourceGroup = cluster.nodeResourceGroup;
        export const principalId = identity.principalId;
        export const assignmentName = assignment.name;
        export const assignmentScope = assignment.scope;
        export const addressId = address.id;
        export const kubeconfig = credentials.kubeconfigs[0].value.apply(value =>
            Buffer.from(value, "base64").toString());
        export const found = containerservice.getManagedClusterOutput({
            resourceGroupName, resourceName: cluster.name,
        }).agentPoolProfiles.apply(pools => pools?.[0].count);
        ${more}
    `;
}

const cluster = () => arm.resources().find(({ type }) => type.endsWith("/managedClusters"));

function stepsOf(steps: Step[], type: string): string[] {
    return steps.filter(step => step.type.endsWith(`:${type}`)).map(({ op }) => op);
}

describe("azure-native, for clusters", () => {
    let stack: TestProject;

    beforeAll(async () => {
        stack = await TestProject.create({
            files: { "index.ts": program() },
            packages: ["@pulumi/pulumi", "@pulumi/azure-native"],
            plugins: home => installStandIns(home, arm.instance),
        });
        stack.configure({ "azure-native:location": "westeurope" });
    });

    afterAll(() => stack.abandon());

    it("previews a cluster and its credentials before the cluster exists", async () => {
        const preview = await stack.preview();
        expect(preview.errors).toEqual([]);
        expect(stepsOf(preview.steps, "ManagedCluster")).toEqual(["create"]);
    });

    it("creates a cluster, its identity and a role assignment", async () => {
        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        const outputs = await stack.outputs();
        expect(outputs).toMatchObject({
            nodeResourceGroup: `MC_${String(outputs.groupName)}_aks_westeurope`,
            assignmentName: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
            assignmentScope: outputs.addressId,
            found: 3,
        });
        expect(outputs.kubeconfig).toContain(arm.instance.kubernetes.address);
        expect(cluster()?.properties).toMatchObject({ autoScalerProfile: { "scan-interval": "20s" } });
        const identities = (cluster()?.envelope.identity as { userAssignedIdentities: object })
            .userAssignedIdentities;
        expect(Object.values(identities)).toMatchObject([{ principalId: outputs.principalId }]);
    });

    it("finds no changes in a second update or after a refresh, although ARM returns subnets as part of their network", async () => {
        expect((await stack.up()).steps).toEqual([]);
        expect((await stack.refresh()).errors).toEqual([]);
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("updates properties that Azure can change in place", async () => {
        await stack.write("index.ts", program({ count: 5, front: "10.1.2.0/24" }));
        const { steps, errors } = await stack.up();

        expect(errors).toEqual([]);
        expect(steps.map(({ op, name }) => `${op} ${name}`).sort()).toEqual(["update aks", "update front"]);
        expect(cluster()?.properties.agentPoolProfiles).toMatchObject([{ count: 5 }]);
    });

    it("replaces a cluster whose DNS prefix changes, and deletes the old one first", async () => {
        await stack.write("index.ts", program({ count: 5, front: "10.1.2.0/24", dnsPrefix: "fabrikam" }));
        const { steps, errors } = await stack.up();

        expect(errors).toEqual([]);
        const ops = stepsOf(steps, "ManagedCluster");
        expect(ops.indexOf("delete-replaced")).toBeLessThan(ops.indexOf("create-replacement"));
        expect(cluster()?.properties.dnsPrefix).toBe("fabrikam");
    });

    it("creates resources in another subscription if the provider resource sets it", async () => {
        const other = "00000000-0000-0000-0000-000000000003";
        const more = `
            const provider = new azure.Provider("other", { subscriptionId: "${other}", location: "westeurope" });
            const theirs = new resources.ResourceGroup("theirs", { resourceGroupName: "theirs" }, { provider });
            export const theirId = theirs.id;
            export const theirLocation = resources.getResourceGroupOutput(
                { resourceGroupName: theirs.name }, { provider }).location;
        `;
        await stack.write(
            "index.ts",
            program({ count: 5, front: "10.1.2.0/24", dnsPrefix: "fabrikam", more }),
        );
        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        expect(await stack.outputs()).toMatchObject({
            theirId: `/subscriptions/${other}/resourceGroups/theirs`,
            theirLocation: "westeurope",
        });
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("destroys all resources", async () => {
        expect((await stack.destroy()).errors).toEqual([]);
        expect(arm.resources()).toEqual([]);
    });
});
