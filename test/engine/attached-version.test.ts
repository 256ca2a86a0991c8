import { afterAll, beforeAll, expect, it } from "vitest";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import type { TestProject } from "../../sandbox/testing/harness";
import { createServiceStack } from "../support/service-stack";

const API = "2025-05-01";
const GROUP = "/resourceGroups/platform";

let arm: TestArm;
let service: TestProject;

beforeAll(async () => {
    arm = await startArm();
    const put = (path: string, apiVersion: string, body: object) =>
        arm.request("PUT", path, apiVersion, { location: "westeurope", ...body });
    await put(GROUP, "2021-04-01", {});
    const { status } = await put(
        `${GROUP}/providers/Microsoft.ContainerService/managedClusters/shared`,
        API,
        {
            identity: { type: "SystemAssigned" },
            properties: {
                dnsPrefix: "shared",
                agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 }],
            },
        },
    );
    expect(status).toBeLessThan(300);
    // The local Azure refuses to create a cluster that Azure no longer supports.
    for (const { type, properties } of arm.resources()) {
        if (/managedClusters/i.test(type)) Object.assign(properties, { kubernetesVersion: "1.29.7" });
    }
    service = await createServiceStack(arm.instance, {
        hosting: "Kubernetes",
        name: "models",
        environment: "Development",
        resourceGroup: { name: "inference" },
        cluster: { attach: { resourceGroupName: "platform", clusterName: "shared" } },
        models: { iris: { image: "localhost/iris:1" } },
        tls: { mode: "SelfSigned" },
    });
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

it("is refused at preview when it is too old, in one message", async () => {
    const { succeeded, text } = await service.preview();
    expect(succeeded).toBe(false);
    const message =
        /cluster\.attach: the version of the cluster is 1\.29[.\d]*; use Kubernetes 1\.30 or newer/g;
    expect(text, text).toMatch(message);
});
