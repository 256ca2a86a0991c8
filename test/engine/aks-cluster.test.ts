import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installStandIns } from "../../sandbox/providers/install";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { TestProject } from "../../sandbox/testing/harness";

const COMPONENTS = path.resolve(__dirname, "../../components");

/** The cluster of the component alone, because this control plane has no Kubernetes for the rest. */
function program(create: object): string {
    return `
        import * as pulumi from "@pulumi/pulumi";
        import { cluster } from "${COMPONENTS}/aks/cluster";
        import { readArguments } from "${COMPONENTS}/aks/settings";

        const settings = readArguments("models", {
            resourceGroupName: "ml",
            location: "westeurope",
            cluster: { create: ${JSON.stringify({ name: "ml", ...create })} },
            models: { iris: { image: "iris:1" } },
        }, new Date());
        const component = new pulumi.ComponentResource("test:index:Models", "models");
        cluster("models", settings, component, undefined);
    `;
}

let arm: TestArm;
let project: TestProject;

beforeAll(async () => {
    arm = await startArm();
    const group = { location: "westeurope" };
    await arm.request("PUT", "/resourceGroups/ml", "2021-04-01", group);
    project = await TestProject.create({
        files: { "index.ts": program({}) },
        packages: ["@pulumi/pulumi", "@pulumi/azure-native", "@pulumi/kubernetes"],
        plugins: home => installStandIns(home, arm.instance),
    });
    project.configure({ "azure-native:location": "westeurope" });
});

afterAll(async () => {
    await project.abandon();
    await arm.close();
});

const create = async (settings: object) => {
    await project.write("index.ts", program(settings));
};

const pool = () => {
    const cluster = arm.resources().find(({ type }) => /managedClusters/i.test(type));
    return (cluster?.properties.agentPoolProfiles as Record<string, unknown>[] | undefined)?.[0];
};

describe("a created cluster", () => {
    it("gets nodes of the size that AKS chooses, and keeps it", async () => {
        const { errors } = await project.up();
        expect(errors).toEqual([]);
        expect(pool()).toMatchObject({ vmSize: "Standard_D4ds_v5", count: 3 });
        expect((await project.preview()).steps).toEqual([]);
    });

    it("accepts its own size as the argument, and keeps it when that is removed", async () => {
        await create({ vmSize: "Standard_D4ds_v5" });
        expect((await project.up()).errors).toEqual([]);
        await create({ agentCount: 4 });
        const { errors, steps } = await project.up();
        expect(errors).toEqual([]);
        expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update models"]);
        expect(pool()).toMatchObject({ vmSize: "Standard_D4ds_v5", count: 4 });
    });

    it("refuses at preview, with every reason, what Azure would refuse in the update", async () => {
        await create({ agentCount: 4, vmSize: "Standard_D8s_v5", zones: ["1"] });
        const { succeeded, text } = await project.preview();
        expect(succeeded).toBe(false);
        expect(text).toMatch(/cluster\.create\.vmSize: is Standard_D8s_v5, but the nodes .* set it back to/);
        expect(text).toMatch(/cluster\.create\.zones: is \["1"\], but the nodes of the cluster have none/);
        expect(pool()).toMatchObject({ vmSize: "Standard_D4ds_v5", count: 4 });
    });

    it("destroys the cluster", async () => {
        await create({ agentCount: 4 });
        expect((await project.destroy()).errors).toEqual([]);
    });
});
