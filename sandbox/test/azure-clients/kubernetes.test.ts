import * as path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { type AzureClients, azureClients, LOCATION, refusal } from "../../testing/azure-clients";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();
const GROUP = "clients-kubernetes";

/** A namespace that exists before the managed cluster. */
const EARLIER = "earlier";

/** Tests managed clusters with Microsoft's clients in a sandbox with a Kubernetes node. */
describe.skipIf(!hasNode)("a managed cluster of the Kubernetes node (needs Linux and root)", () => {
    let azure: AzureClients;
    let kubernetes: CoreV1Api;

    const create = (name: string) =>
        azure.clusters.managedClusters.createOrUpdate(GROUP, name, {
            location: LOCATION,
            identity: { type: "SystemAssigned" },
            dnsPrefix: "contoso",
            agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 }],
        });
    const administrator = () => {
        const config = new KubeConfig();
        config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
        return config.makeApiClient(CoreV1Api);
    };
    const createdAt = async (name: string) =>
        (await administrator().readNamespace({ name })).metadata?.creationTimestamp?.getTime() ?? NaN;
    const namespaces = async () =>
        (await administrator().listNamespace()).items.map(({ metadata }) => metadata?.name ?? "");

    beforeAll(async () => {
        await sandboxUp(instance);
        azure = azureClients(instance);
        // Resources of an interrupted run.
        if ((await azure.resources.resourceGroups.checkExistence(GROUP)).body) {
            await azure.resources.resourceGroups.beginDeleteAndWait(GROUP);
        }
        await azure.resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
        if (!(await namespaces()).includes(EARLIER)) {
            await administrator().createNamespace({ body: { metadata: { name: EARLIER } } });
        }
        // Kubernetes stores the creation time of a namespace in whole seconds.
        await eventually(async () => Date.now() - (await createdAt(EARLIER)) >= 1_000, 10_000);
        await create("aks");
    });
    afterAll(async () => {
        await azure.resources.resourceGroups.beginDeleteAndWait(GROUP);
        await administrator().deleteNamespace({ name: EARLIER });
        await eventually(async () => !(await namespaces()).includes(EARLIER), 60_000);
    });

    it("accepts the credentials that Resource Manager returns", async () => {
        const { kubeconfigs } = await azure.clusters.managedClusters.listClusterUserCredentials(GROUP, "aks");
        const config = new KubeConfig();
        config.loadFromString(Buffer.from(kubeconfigs?.[0]?.value ?? []).toString());
        kubernetes = config.makeApiClient(CoreV1Api);
        expect((await kubernetes.listNode()).items).toHaveLength(1);
    });

    it("is refused if another one exists", async () => {
        const refused = await refusal(create("second"));
        expect(refused).toMatchObject({ statusCode: 409, code: "ManagedClusterCountExceedsQuotaLimit" });
        expect(refused.message).toMatch(
            /^A sandbox can run one managed cluster, and '.*\/managedClusters\/aks' exists\./,
        );
    });

    it("is deleted with the namespaces of users, and with no others", async () => {
        const before = await namespaces();
        for (const name of ["inference", "monitoring"]) {
            await kubernetes.createNamespace({ body: { metadata: { name } } });
        }
        await kubernetes.createNamespacedConfigMap({
            namespace: "inference",
            body: { metadata: { name: "front" }, data: { a: "b" } },
        });
        expect(await namespaces()).toEqual(expect.arrayContaining(["inference", "monitoring"]));

        await azure.clusters.managedClusters.delete(GROUP, "aks");

        expect((await namespaces()).sort()).toEqual(before.sort());
        expect(before).toEqual(
            expect.arrayContaining(["default", "kube-system", "container-groups", EARLIER]),
        );
        // A new cluster can be created at once, and it is empty.
        await create("second");
        expect((await namespaces()).sort()).toEqual(before.sort());
    });
});
