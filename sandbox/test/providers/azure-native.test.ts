import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installStandIns } from "../../providers/install";
import { TestProject } from "../../testing/harness";
import { secret } from "../../testing/stack-configuration";
import { startArm, type TestArm } from "../../testing/arm";

const CONTAINER_GROUPS_API = "2023-05-01";
const DNS_API = "2018-05-01";
const KEY = "c2NvcmluZy1rZXktb2YtdGhlLXRlc3Q";

const SECRETS = [KEY, Buffer.from(KEY).toString("base64")];

let arm: TestArm;

beforeAll(async () => {
    arm = await startArm();
});

afterAll(() => arm.close());

function project(program: string): Promise<TestProject> {
    return TestProject.create({
        files: { "index.ts": program },
        packages: ["@pulumi/pulumi", "@pulumi/azure-native"],
        plugins: home => installStandIns(home, arm.instance),
    });
}

/** The sorted names of all resources in ARM. */
function names(): string[] {
    return arm
        .resources()
        .map(({ name }) => name)
        .filter(name => name !== "@") // The record sets that every zone has.
        .sort();
}

interface ProgramOptions {
    image?: string;
    cpu?: number;
    /** Whether the container has a secret environment variable. */
    secureVariable?: boolean;
    /** The resource options of the container group. */
    options?: string;
    /** Additional statements. */
    more?: string;
}

/** A program that does not use our components. */
function program(choices: ProgramOptions = {}): string {
    const { image = "first", cpu = 1, secureVariable = false, options = "{}", more = "" } = choices;
    return `
        import * as pulumi from "@pulumi/pulumi";
        import * as resources from "@pulumi/azure-native/resources";
        import * as containerinstance from "@pulumi/azure-native/containerinstance";
        import * as dns from "@pulumi/azure-native/dns";

        const config = new pulumi.Config();
        const group = new resources.ResourceGroup("web", { location: "West Europe", tags: { "team.name": "a" } });
        const containers = new containerinstance.ContainerGroup("web", {
            resourceGroupName: group.name,
            containerGroupName: "web",
            osType: "Linux",
            containers: [{
                name: "web",
                image: "localhost/${image}:1",
                ports: [{ port: 80 }],
                resources: { requests: { cpu: ${cpu}, memoryInGB: 1.5 } },
                environmentVariables: [
                    { name: "LEVEL", value: "info" },
                    ${secureVariable ? '{ name: "KEY", secureValue: config.requireSecret("key") },' : ""}
                ],
                volumeMounts: [{ name: "certificates", mountPath: "/certificates" }],
            }],
            volumes: [{
                name: "certificates",
                secret: { "tls.key": config.requireSecret("key").apply(key => Buffer.from(key).toString("base64")) },
            }],
            ipAddress: { type: "Public", ports: [{ port: 80 }], dnsNameLabel: "web-providers-test" },
        }, ${options});
        const zone = new dns.Zone("zone", { resourceGroupName: group.name, zoneName: "contoso.test", location: "global" });
        const record = new dns.RecordSet("www", {
            resourceGroupName: group.name,
            zoneName: zone.name,
            recordType: "CNAME",
            ttl: 300,
            cnameRecord: { cname: containers.ipAddress.apply(address => address?.fqdn ?? "") },
        });
        export const fqdn = containers.ipAddress.apply(address => address?.fqdn);
        export const recordFqdn = record.fqdn;
        export const groupName = group.name;
        ${more}
    `;
}

describe("azure-native", () => {
    let stack: TestProject;

    beforeAll(async () => {
        stack = await project(program());
        stack.configure({ key: secret(KEY), "azure-native:location": "westeurope" });
    });

    afterAll(() => stack.abandon());

    it("creates resources in the format of ARM", async () => {
        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        expect(names()).toEqual(["contoso.test", "web", expect.stringMatching(/^web[0-9a-f]{8}$/), "www"]);
        const group = arm.resources().find(({ name }) => name === "web");
        expect(group?.properties).toMatchObject({
            osType: "Linux",
            containers: [{ name: "web", properties: { image: "localhost/first:1", ports: [{ port: 80 }] } }],
        });
        expect(await stack.outputs()).toMatchObject({
            fqdn: "web-providers-test.westeurope.azurecontainer.io",
            recordFqdn: "www.contoso.test.",
        });
    });

    it("finds no changes in a second update or after a refresh, although ARM does not return secrets", async () => {
        expect((await stack.up()).steps).toEqual([]);
        const refreshed = await stack.refresh();
        expect(refreshed.errors).toEqual([]);
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("shows exactly the changed property in a preview, and no secret", async () => {
        await stack.write("index.ts", program({ image: "second" }));

        const preview = await stack.preview("--diff");

        const group = preview.steps.find(({ type }) => type.endsWith(":ContainerGroup"));
        expect(group).toMatchObject({
            op: "update",
            detailedDiff: { "containers[0].image": { kind: "update" } },
        });
        expect(Object.keys(group?.detailedDiff ?? {})).toHaveLength(1);
        expect(preview.text).toContain('"localhost/first:1" => "localhost/second:1"');
        for (const text of SECRETS) expect(preview.text).not.toContain(text);
    });

    it("masks a whole list that contains a secret, like the engine with the real azure-native", async () => {
        await stack.write("index.ts", program({ secureVariable: true }));
        expect((await stack.up()).errors).toEqual([]);
        await stack.write("index.ts", program({ secureVariable: true, image: "second" }));

        const preview = await stack.preview("--diff");

        expect(preview.text).toContain("image: [secret] => [secret]");
    });

    it("saves neither secrets nor the token in plain text in the state", async () => {
        const sent = JSON.stringify(arm.resources().find(({ name }) => name === "web"));
        const state = await stack.rawState();
        for (const text of SECRETS) {
            expect(sent).toContain(text);
            expect(state).not.toContain(text);
        }
        expect(state).not.toContain(arm.token);
    });

    it("quotes the name of a tag with a dot in property paths", async () => {
        await stack.write("index.ts", program().replace('"team.name": "a"', '"team.name": "b"'));

        const group = (await stack.preview()).steps.find(({ type }) => type.endsWith(":ResourceGroup"));

        expect(group?.detailedDiff).toEqual({ 'tags["team.name"]': { kind: "update" } });
    });

    it("sends a change that Azure does not support as an update, and reports the error of ARM", async () => {
        await stack.write("index.ts", program({ cpu: 2 }));

        const outcome = await stack.up();

        expect(outcome.succeeded).toBe(false);
        expect(outcome.text).toMatch(/Status=4\d\d Code="\w+" Message=".+"/);
        expect(outcome.steps.map(({ op }) => op)).not.toContain("create-replacement");
    });

    it("replaces for replaceOnChanges, and deletes first for deleteBeforeReplace", async () => {
        const options = '{ replaceOnChanges: ["containers[*].resources"], deleteBeforeReplace: true }';
        await stack.write("index.ts", program({ cpu: 2, options }));

        const { steps, errors } = await stack.up();

        expect(errors).toEqual([]);
        const ofContainers = steps.filter(({ type }) => type.endsWith(":ContainerGroup")).map(({ op }) => op);
        expect(ofContainers.indexOf("delete-replaced")).toBeGreaterThanOrEqual(0);
        expect(ofContainers.indexOf("delete-replaced")).toBeLessThan(
            ofContainers.indexOf("create-replacement"),
        );
        const group = arm.resources().find(({ name }) => name === "web");
        expect(JSON.stringify(group?.properties)).toContain('"cpu":2');
    });

    it("creates a resource again that was deleted outside of Pulumi", async () => {
        const { groupName } = await stack.outputs();
        const path = `/resourceGroups/${String(groupName)}/providers/Microsoft.ContainerInstance/containerGroups/web`;
        expect((await arm.request("DELETE", path, CONTAINER_GROUPS_API)).status).toBeLessThan(300);
        await expect.poll(() => names()).not.toContain("web");

        const refreshed = await stack.refresh();
        const { steps } = await stack.up();

        expect(refreshed.text).toMatch(/- .*ContainerGroup/);
        expect(steps).toContainEqual(expect.objectContaining({ op: "create", name: "web" }));
        expect(names()).toContain("web");
    });

    it("restores a resource that was changed outside of Pulumi", async () => {
        const { groupName } = await stack.outputs();
        const path = `/resourceGroups/${String(groupName)}/providers/Microsoft.Network/dnsZones/contoso.test/CNAME/www`;
        const body = { properties: { TTL: 60, CNAMERecord: { cname: "elsewhere.test" } } };
        expect((await arm.request("PUT", path, DNS_API, body)).status).toBe(200);

        await stack.refresh();
        const { steps } = await stack.up();

        expect(steps).toMatchObject([
            {
                op: "update",
                name: "www",
                detailedDiff: { ttl: { kind: "update" }, "cnameRecord.cname": { kind: "update" } },
            },
        ]);
        const record = arm.resources().find(({ name }) => name === "www");
        expect(record?.properties).toMatchObject({ TTL: 300 });
    });

    it("imports a record set that exists, and refuses to create it without an import", async () => {
        const { groupName } = await stack.outputs();
        const path = `/resourceGroups/${String(groupName)}/providers/Microsoft.Network/dnsZones/contoso.test/CNAME/old`;
        const body = { properties: { TTL: 600, CNAMERecord: { cname: "old.elsewhere.test" } } };
        expect((await arm.request("PUT", path, DNS_API, body)).status).toBe(201);
        const options = '{ replaceOnChanges: ["containers[*].resources"], deleteBeforeReplace: true }';
        const adopted = (id: string): string => `
            new dns.RecordSet("old", {
                resourceGroupName: group.name,
                zoneName: "contoso.test",
                recordType: "CNAME",
                relativeRecordSetName: "old",
                ttl: 600,
                cnameRecord: { cname: "old.elsewhere.test" },
            }, { ${id} });`;

        await stack.write("index.ts", program({ cpu: 2, options, more: adopted("") }));
        const refused = await stack.up();
        const id = `/subscriptions/${arm.subscription}${path}`;
        await stack.write("index.ts", program({ cpu: 2, options, more: adopted(`import: "${id}"`) }));
        const imported = await stack.up();

        expect(refused.text).toContain("cannot create already existing resource");
        expect(imported.errors).toEqual([]);
        expect(imported.steps.map(({ op }) => op)).toEqual(["import"]);
        await stack.write("index.ts", program({ cpu: 2, options, more: adopted("") }));
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("supports the functions that programs call", async () => {
        const options = '{ replaceOnChanges: ["containers[*].resources"], deleteBeforeReplace: true }';
        const more = `
            import * as network from "@pulumi/azure-native/network";
            import * as authorization from "@pulumi/azure-native/authorization";
            import * as storage from "@pulumi/azure-native/storage";
            const account = new storage.StorageAccount("acc", {
                resourceGroupName: group.name, kind: "StorageV2", sku: { name: "Standard_LRS" },
            });
            const share = new storage.FileShare("state", { resourceGroupName: group.name, accountName: account.name });
            const keys = storage.listStorageAccountKeysOutput({ resourceGroupName: group.name, accountName: account.name });
            const address = new network.PublicIPAddress("front", {
                resourceGroupName: group.name,
                publicIPAllocationMethod: "Static",
                sku: { name: "Standard" },
                dnsSettings: { domainNameLabel: "front-providers-test" },
            });
            export const addressFound = network.getPublicIPAddressOutput({
                resourceGroupName: group.name, publicIpAddressName: address.name,
            }).dnsSettings.apply(settings => settings?.fqdn);
            export const groupFound = resources.getResourceGroupOutput({ resourceGroupName: group.name }).location;
            export const share1 = share.name;
            export const keyCount = keys.keys.length;
            export const seen = containerinstance.getContainerGroupOutput({
                resourceGroupName: group.name, containerGroupName: containers.name,
            }).containers[0].image;
            export const zoneFound = dns.getZoneOutput({ resourceGroupName: group.name, zoneName: zone.name }).name;
            export const ttlFound = dns.getRecordSetOutput({
                resourceGroupName: group.name, zoneName: zone.name, recordType: "CNAME", relativeRecordSetName: record.name,
            }).ttl;
            export const tenant = authorization.getClientConfigOutput().tenantId;
        `;
        await stack.write("index.ts", program({ cpu: 2, options, more }));

        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        expect(await stack.outputs()).toMatchObject({
            addressFound: "front-providers-test.westeurope.cloudapp.azure.com",
            groupFound: "westeurope",
            share1: "state",
            keyCount: 2,
            seen: "localhost/first:1",
            zoneFound: "contoso.test",
            ttlFound: 300,
            tenant: "00000000-0000-0000-0000-000000000002",
        });
    });

    it("destroys all resources", async () => {
        const outcome = await stack.destroy();
        expect(outcome.errors).toEqual([]);
        expect(names()).toEqual([]);
    });
});

describe("azure-native, after failures", () => {
    let stack: TestProject;

    beforeAll(async () => {
        stack = await project(program());
        stack.configure({ key: secret(KEY), "azure-native:location": "westeurope" });
    });

    afterAll(() => stack.abandon());

    it("saves a container group in the state if ARM accepts it and its creation fails later", async () => {
        arm.broken.add("web");
        const failed = await stack.up();
        arm.broken.clear();

        expect(failed.succeeded).toBe(false);
        expect(failed.text).toContain("The image cannot be started.");
        const state = JSON.parse(await stack.rawState()) as {
            deployment: { resources: { type: string; initErrors?: string[] }[] };
        };
        const group = state.deployment.resources.find(({ type }) => type.endsWith(":ContainerGroup"));
        expect(group?.initErrors).toHaveLength(1);
        const next = await stack.up();
        expect(next.errors).toEqual([]);
        expect(next.steps).toContainEqual(expect.objectContaining({ op: "update", name: "web" }));
    });

    it("stops after the time limit in customTimeouts, and saves the resource in the state", async () => {
        arm.stuck.add("slow");
        const slow = `
            new containerinstance.ContainerGroup("slow", {
                resourceGroupName: group.name,
                containerGroupName: "slow",
                osType: "Linux",
                containers: [{ name: "a", image: "a", resources: { requests: { cpu: 1, memoryInGB: 1 } } }],
            }, { customTimeouts: { create: "3s" } });`;
        await stack.write("index.ts", program({ more: slow }));

        const { succeeded, text } = await stack.up();
        arm.stuck.clear();

        expect(succeeded).toBe(false);
        expect(text).toMatch(/timeout|timed out/i);
        expect(await stack.rawState()).toContain("containerGroups/slow");
    });

    it("reports all missing properties and wrong types at preview", async () => {
        const wrong = `
            new containerinstance.ContainerGroup("wrong", {
                resourceGroupName: group.name,
                containers: [{ image: "x", ports: "80" }],
                ipAddress: { type: "Public" },
            } as any);`;
        await stack.write("index.ts", program({ more: wrong }));

        const { text, succeeded } = await stack.preview();

        expect(succeeded).toBe(false);
        expect(text).toContain("missing required property 'containers[0].name'");
        expect(text).toContain("'containers[0].ports' should be of type 'array' but got a string");
        expect(text).toContain("missing required property 'ipAddress.ports'");
    });
});
