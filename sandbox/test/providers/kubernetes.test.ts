import { readFileSync } from "node:fs";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../lifecycle/sandbox";
import { PAUSE_IMAGE } from "../../node/images";
import { installStandIns } from "../../providers/install";
import { ApiClient } from "../../providers/kubernetes/client";
import { at, listAt, textAt } from "../../providers/kubernetes/objects";
import { TestProject } from "../../testing/harness";
import { secret } from "../../testing/stack-configuration";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const NAMESPACE = "providers-test";
const HOME = `/api/v1/namespaces/${NAMESPACE}`;
const WEB = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
const SECRET = "of-the-kubernetes-test";
const OTHER_SECRET = "of-the-kubernetes-test-2";

interface ProgramOptions {
    /** The contents of the Secret. */
    key?: string;
    level?: string;
    image?: string;
    replicas?: number;
    /** The port of the Service. */
    port?: number;
    /** Additional statements. */
    more?: string;
    /** The resource options of the Deployment. */
    options?: string;
}

/** A program that does not use our components: a namespace with an application. */
function program(choices: ProgramOptions = {}): string {
    const {
        key = SECRET,
        level = "info",
        image = PAUSE_IMAGE,
        replicas = 1,
        port = 80,
        more = "",
        options = "",
    } = choices;
    return `
        import * as pulumi from "@pulumi/pulumi";
        import * as k8s from "@pulumi/kubernetes";

        const kubeconfig = new pulumi.Config().requireSecret("kubeconfig");
        const provider = new k8s.Provider("cluster", { kubeconfig });
        const namespace = new k8s.core.v1.Namespace("home", { metadata: { name: "${NAMESPACE}" } }, { provider });
        const where = { namespace: namespace.metadata.name };
        const secret = new k8s.core.v1.Secret("key", {
            metadata: where,
            stringData: { key: "${key}" },
        }, { provider });
        const settings = new k8s.core.v1.ConfigMap("settings", {
            metadata: { ...where, name: "settings", labels: { "app.kubernetes.io/part-of": "test" } },
            data: { "level.txt": "${level}" },
        }, { provider });
        const labels = { app: "web" };
        const web = new k8s.apps.v1.Deployment("web", {
            metadata: { ...where, name: "web" },
            spec: {
                replicas: ${replicas},
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        automountServiceAccountToken: false,
                        terminationGracePeriodSeconds: 1,
                        containers: [{
                            name: "web",
                            image: "${image}",
                            imagePullPolicy: "Never",
                            ports: [{ containerPort: 80 }],
                            resources: { requests: { cpu: "1m" }, limits: { cpu: "1000m" } },
                        }],
                        volumes: [{ name: "key", secret: { secretName: secret.metadata.name } }],
                    },
                },
            },
        }, { provider, ${options} });
        const service = new k8s.core.v1.Service("web", {
            metadata: { ...where, name: "web" },
            spec: { selector: labels, ports: [{ port: ${port} }], sessionAffinity: "None" },
        }, { provider });
        export const secretName = secret.metadata.name;
        export const contents = secret.data;
        export const clusterIP = service.spec.clusterIP;
        export const ready = web.status.readyReplicas;
        ${more}
    `;
}

/** A statement with another Service or ConfigMap in the same namespace. */
function more(type: string, name: string, args: string, options = ""): string {
    return `
        const ${name} = new k8s.core.v1.${type}("${name}", {
            metadata: { ...where, name: "${name}" }, ${args}
        } as any, { provider, ${options} });`;
}

describe.skipIf(!hasNode)("kubernetes (needs Linux and root)", () => {
    const kubeconfig = () => readFileSync(path.join(instance.stateFolder, "kubeconfig"), "utf8");
    let api: ApiClient;
    let stack: TestProject;

    const merge = (where: string, body: object, manager: string) =>
        api.request({
            method: "PATCH",
            path: where,
            query: { fieldManager: manager },
            contentType: "application/merge-patch+json",
            body,
        });
    const names = async (kind: string) =>
        listAt(await api.get(`${HOME}/${kind}`), "items").map(item => textAt(item, "metadata", "name"));

    beforeAll(async () => {
        await sandboxUp(instance);
        const config = new KubeConfig();
        config.loadFromString(kubeconfig());
        api = await ApiClient.connect(config);
        stack = await project(program());
        stack.configure({ kubeconfig: secret(kubeconfig()) });
    });

    afterAll(() => stack?.dispose());

    function project(text: string): Promise<TestProject> {
        return TestProject.create({
            files: { "index.ts": text },
            packages: ["@pulumi/pulumi", "@pulumi/kubernetes"],
            plugins: home => installStandIns(home, instance),
        });
    }

    it("creates objects, waits until they are ready, and finds no changes in a second preview", async () => {
        expect((await stack.preview()).errors).toEqual([]);
        expect((await stack.up()).errors).toEqual([]);

        const outputs = await stack.outputs({ showSecrets: true });
        expect(outputs).toMatchObject({
            secretName: expect.stringMatching(/^key-[0-9a-f]{8}$/) as string,
            contents: { key: Buffer.from(SECRET).toString("base64") },
            ready: 1,
        });
        expect(outputs.clusterIP).toBe(at(await api.get(`${HOME}/services/web`), "spec", "clusterIP"));
        const state = await stack.rawState();
        for (const text of [SECRET, Buffer.from(SECRET).toString("base64"), "client-key-data"])
            expect(state).not.toContain(text);
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("creates a Secret with a new name before it updates the Deployment, but deletes a ConfigMap with a fixed name first", async () => {
        const before = (await stack.outputs()).secretName as string;
        await stack.write("index.ts", program({ key: OTHER_SECRET, level: "debug" }));

        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        const taken = outcome.steps.map(({ op, type, name }) => `${op} ${type.split(":").pop()} ${name}`);
        const order = [
            "create-replacement Secret key",
            "update Deployment web",
            "delete-replaced Secret key",
        ];
        expect(taken.filter(step => order.includes(step))).toEqual(order);
        const map = ["delete-replaced ConfigMap settings", "create-replacement ConfigMap settings"];
        expect(taken.filter(step => map.includes(step))).toEqual(map);
        const replaced = outcome.steps.find(
            ({ op, name }) => op === "create-replacement" && name === "settings",
        );
        expect(replaced?.detailedDiff).toEqual({ 'data["level.txt"]': { kind: "update-replace" } });
        const { secretName } = await stack.outputs();
        expect(secretName).not.toBe(before);
        expect(await names("secrets")).toEqual([secretName]);
        expect(textAt(await api.get(`${HOME}/configmaps/settings`), "data", "level.txt")).toBe("debug");
        const [volume] = listAt(await api.get(WEB), "spec", "template", "spec", "volumes");
        expect(at(volume, "secret", "secretName")).toBe(secretName);
    });

    it("previews the first update of an object", async () => {
        await stack.write("index.ts", program({ key: OTHER_SECRET, level: "debug", port: 81 }));
        const preview = await stack.preview();
        expect(preview.errors).toEqual([]);
        expect(preview.steps.map(({ detailedDiff }) => detailedDiff)).toEqual([
            { "spec.ports[0].port": { kind: "update" } },
        ]);
    });

    it("shows errors and warnings of the API server at preview", async () => {
        const refused = more("Service", "refused", "spec: { ports: [{ port: 70000 }] }");
        await stack.write("index.ts", program({ key: OTHER_SECRET, level: "debug", more: refused }));
        const preview = await stack.preview();
        expect(preview.succeeded).toBe(false);
        expect(preview.text).toContain("spec.ports[0].port: Invalid value: 70000");

        const odd = more("Service", "odd", "spec: { ports: [{ port: 80, unheardOf: 1 }] }");
        await stack.write("index.ts", program({ key: OTHER_SECRET, level: "debug", more: odd }));
        const warned = await stack.preview();
        expect(warned.errors).toEqual([]);
        expect(warned.text).toContain('unknown field "spec.ports[0].unheardOf"');
        expect(await names("services")).toEqual(["web"]);
    });

    it("saves a Deployment whose rollout fails with the reason in the state, and the next update repairs it", async () => {
        const choices = { key: OTHER_SECRET, level: "debug" };
        const options = 'customTimeouts: { update: "4s" }';
        await stack.write("index.ts", program({ ...choices, image: "localhost/missing:1", options }));

        const failed = await stack.up();

        expect(failed.succeeded).toBe(false);
        expect(failed.text).toContain(`"${NAMESPACE}/web" failed to fully initialize or become live`);
        expect(failed.text).toMatch(/\[Pod providers-test\/web-\S+\] container web: ErrImageNeverPull/);
        const { deployment } = JSON.parse(await stack.rawState()) as {
            deployment: { resources: { type: string; initErrors?: string[] }[] };
        };
        const web = deployment.resources.find(({ type }) => type === "kubernetes:apps/v1:Deployment");
        expect(web?.initErrors?.join()).toContain("ErrImageNeverPull");

        await stack.write("index.ts", program(choices));
        const mended = await stack.up();
        expect(mended.errors).toEqual([]);
        expect(mended.steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update web"]);
        expect((await stack.outputs()).ready).toBe(1);
    });

    it("finds objects that others deleted or changed with a refresh, and restores them", async () => {
        await api.request({ method: "DELETE", path: `${HOME}/configmaps/settings` });
        await merge(`${HOME}/services/web`, { spec: { sessionAffinity: "ClientIP" } }, "kubectl");

        const refreshed = await stack.refresh();
        expect(refreshed.errors).toEqual([]);
        const found = refreshed.steps.map(({ op, type }) => `${op} ${type.split(":").pop()}`).sort();
        expect(found).toEqual(expect.arrayContaining(["delete ConfigMap"]));
        const preview = await stack.preview();
        expect(preview.errors).toEqual([]);
        expect(preview.steps.map(({ op, name }) => `${op} ${name}`).sort()).toEqual([
            "create settings",
            "update web",
        ]);
        const [drifted] = preview.steps.filter(({ op }) => op === "update");
        expect(drifted?.detailedDiff).toEqual({ "spec.sessionAffinity": { kind: "update" } });

        expect((await stack.up()).errors).toEqual([]);
        const service = await api.get(`${HOME}/services/web`);
        expect(at(service, "spec", "sessionAffinity")).toBe("None");
        expect((await stack.preview()).steps).toEqual([]);
    });

    it("does not overwrite fields of other managers, unless the program forces it", async () => {
        const choices = { key: OTHER_SECRET, level: "debug" };
        await merge(WEB, { spec: { replicas: 2 } }, "an-autoscaler");

        // With ignoreChanges, the replicas that the autoscaler has set stay.
        const options = 'ignoreChanges: ["spec.replicas"]';
        const moreMemory = program({ ...choices, options }).replace('{ cpu: "1m" }', '{ cpu: "2m" }');
        await stack.write("index.ts", moreMemory);
        expect((await stack.up()).errors).toEqual([]);
        expect(at(await api.get(WEB), "spec", "replicas")).toBe(2);

        await stack.write("index.ts", program({ ...choices, replicas: 3 }));
        const refused = await stack.up();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toContain("Server-Side Apply field conflict detected");
        expect(refused.text).toContain('conflict with "an-autoscaler"');

        const forced = program({ ...choices, replicas: 1 }).replace(
            'name: "web" },\n            spec: {\n                replicas',
            'name: "web", annotations: { "pulumi.com/patchForce": "true" } },\n            spec: {\n                replicas',
        );
        await stack.write("index.ts", forced);
        expect((await stack.up()).errors).toEqual([]);
        expect(at(await api.get(WEB), "spec", "replicas")).toBe(1);
    });

    it("imports an object that exists, refuses to create it without an import, and waits for a load balancer", async () => {
        const choices = { key: OTHER_SECRET, level: "debug" };
        await api.request({
            method: "POST",
            path: `${HOME}/configmaps`,
            body: { metadata: { name: "adopted" }, data: { a: "b" } },
        });
        await stack.write(
            "index.ts",
            program({ ...choices, more: more("ConfigMap", "adopted", 'data: { a: "b" }') }),
        );
        expect((await stack.up()).text).toContain('configmaps "adopted" already exists');

        const args = 'spec: { type: "LoadBalancer", ports: [{ port: 80 }] }';
        const both =
            more("ConfigMap", "adopted", 'data: { a: "b" }', `import: "${NAMESPACE}/adopted"`) +
            more("Service", "outside", args) +
            "export const address = outside.status.loadBalancer.ingress[0].ip;";
        await stack.write("index.ts", program({ ...choices, more: both }));
        const outcome = await stack.up();

        expect(outcome.errors).toEqual([]);
        expect(outcome.steps.map(({ op, name }) => `${op} ${name}`)).toContain("import adopted");
        // The cloud controller of the sandbox assigns the address.
        const { address } = await stack.outputs();
        expect(String(address).replace(/\.\d+$/, "")).toBe(instance.loadBalancerAddresses);
    });

    it("destroys all objects and waits until they no longer exist", async () => {
        const outcome = await stack.destroy();
        expect(outcome.errors).toEqual([]);
        await expect(api.get(HOME)).rejects.toMatchObject({ code: 404 });
    });

    it("previews on a cluster that does not exist yet, and reports a cluster that cannot be reached", async () => {
        const other = await project(
            program()
                .replace(
                    'new k8s.Provider("cluster", { kubeconfig })',
                    'new k8s.Provider("cluster", { kubeconfig: made })',
                )
                .replace(
                    "const provider",
                    `const first = new k8s.Provider("first", { kubeconfig });
                 const source = new k8s.core.v1.ConfigMap("source", { data: { a: "b" } }, { provider: first });
                 const made = pulumi.all([source.metadata.uid, kubeconfig]).apply(([, text]) => text);
                 const provider`,
                ),
        );
        try {
            const nowhere = kubeconfig().replace(/server: .*/, "server: https://127.0.0.1:1");
            other.configure({ kubeconfig: secret(nowhere) });
            const preview = await other.preview();
            expect(preview.errors).toEqual([]);
            const created = preview.steps.filter(({ op }) => op === "create").map(({ name }) => name);
            expect(created).toEqual(expect.arrayContaining(["source", "home", "web"]));
            expect(preview.text).toContain("configured Kubernetes cluster is unreachable");

            const outcome = await other.up();
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toMatch(/cluster is unreachable: .*ECONNREFUSED 127\.0\.0\.1:1/);
            const key = /client-key-data: (\S+)/.exec(kubeconfig())?.[1] ?? "?";
            expect(preview.text + outcome.text).not.toContain(key);
        } finally {
            await other.dispose();
        }
    });
});
