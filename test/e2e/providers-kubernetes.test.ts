import { readFileSync } from "node:fs";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../sandbox/daemons/sandbox";
import { sandboxInstance } from "../../sandbox/instance";
import { PAUSE_IMAGE } from "../../sandbox/node/images";
import { installStandIns } from "../../sandbox/providers/install";
import { ApiClient } from "../../sandbox/providers/kubernetes/client";
import { TestProject } from "../engine/harness";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: "1", ...process.env });

const NAMESPACE = "providers-test";
const SECRET = "of-the-kubernetes-test";

interface ProgramOptions {
    /** Contents of the Secret. */
    key?: string;
    level?: string;
    image?: string;
    /** Further statements. */
    more?: string;
    /** Options of the Deployment. */
    options?: string;
}

/** A program of someone who never heard of our components: a namespace with an application in it. */
function program({
    key = SECRET,
    level = "info",
    image = PAUSE_IMAGE,
    more = "",
    options = "{}",
}: ProgramOptions = {}): string {
    return `
        import * as pulumi from "@pulumi/pulumi";
        import * as k8s from "@pulumi/kubernetes";

        const cluster = new k8s.Provider("cluster", {
            kubeconfig: new pulumi.Config().requireSecret("kubeconfig"),
        });
        const provider = { provider: cluster };
        const namespace = new k8s.core.v1.Namespace("home", { metadata: { name: "${NAMESPACE}" } }, provider);
        const where = { namespace: namespace.metadata.name };
        const secret = new k8s.core.v1.Secret("key", {
            metadata: where,
            stringData: { key: pulumi.secret("${key}") },
        }, provider);
        const settings = new k8s.core.v1.ConfigMap("settings", {
            metadata: { ...where, name: "settings" },
            data: { level: "${level}" },
        }, provider);
        const labels = { app: "web" };
        const web = new k8s.apps.v1.Deployment("web", {
            metadata: { ...where, name: "web" },
            spec: {
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
        }, { ...provider, ...${options} });
        const service = new k8s.core.v1.Service("web", {
            metadata: { ...where, name: "web" },
            spec: { selector: labels, ports: [{ port: 80 }] },
        }, provider);
        export const secretName = secret.metadata.name;
        export const clusterIP = service.spec.clusterIP;
        export const replicas = web.status.readyReplicas;
        ${more}
    `;
}

describe.skipIf(!hasNode)("kubernetes", () => {
    let stack: TestProject;
    let api: ApiClient;

    const object = (kind: string, name: string) => api.get(`${kind}/${name}`);
    const secrets = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    const configMaps = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

    beforeAll(async () => {
        await sandboxUp(instance);
        const file = path.join(instance.stateFolder, "kubeconfig");
        const config = new KubeConfig();
        config.loadFromFile(file);
        api = await ApiClient.connect(config);
        stack = await TestProject.create({
            files: { "index.ts": program() },
            packages: ["@pulumi/pulumi", "@pulumi/kubernetes"],
            plugins: home => installStandIns(home, instance),
        });
        await stack.configure("kubeconfig", readFileSync(file, "utf8"), "--secret");
    });

    afterAll(() => stack?.dispose());

    it("previews and creates an application", async () => {
        expect((await stack.preview()).errors).toEqual([]);
        const outcome = await stack.up();
        expect(outcome.errors).toEqual([]);
        void secrets;
        void configMaps;
    });
});
