import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dnsNameLabel } from "../../components/dns/leaf-label";
import type { Step } from "../../sandbox/testing/harness";
import { AksStage, prepareSandbox, type Settings, SMALL_MODEL } from "../support/aks-stage";
import { azureClients, type AzureClients } from "../../sandbox/testing/azure-clients";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const GROUP = "inference-previews";
const PUBLIC_IP = "azure-native:network:PublicIPAddress";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PROPERTIES_OF_NAMES = ["spec.template.spec.volumes[0].configMap.name"];

const SETTINGS: Settings = {
    hosting: "Kubernetes",
    name: "models",
    environment: "Development",
    resourceGroup: { name: GROUP },
    cluster: { create: { purpose: "DevTest" } },
    front: { image: "localhost/front:3.0" },
    leafDomainLabel: "previews",
    tls: { mode: "SelfSigned", hostname: "models.previews.test" },
    models: {
        iris: { ...SMALL_MODEL, replicas: 1 },
        wine: { ...SMALL_MODEL, replicas: 1 },
    },
};

/** What a preview would do to what, and to which properties of it. */
function planned(steps: readonly Step[]): Record<string, string[]> {
    return Object.fromEntries(
        steps.map(({ op, type, name, detailedDiff }) => [
            `${op} ${type} ${name}`,
            Object.keys(detailedDiff).sort(),
        ]),
    );
}

/** One story: each test goes on from the last. */
describe.skipIf(!hasNode)("what a preview says of models on Kubernetes (needs Linux and root)", () => {
    let stage: AksStage;
    let azure: AzureClients;

    beforeAll(async () => {
        await prepareSandbox(instance);
        azure = azureClients(instance);
        stage = await AksStage.open(instance, SETTINGS);
        await stage.up();
    });
    afterAll(() => stage?.close());

    it("shows another image as exactly that, of that model alone", async () => {
        await stage.configure({ "models.iris.image": "localhost/model:2" });
        expect(planned((await stage.project.preview()).steps)).toEqual({
            [`update ${DEPLOYMENT} models-iris`]: ["spec.template.spec.containers[0].image"],
        });
        await stage.configure({ "models.iris.image": "localhost/model:1" });
    });

    it("shows a changed limit as the changed line of the front's configuration, and fronts that follow", async () => {
        await stage.configure({ "models.iris.limits.maxQueueWaitMs": "700" });
        const { steps, text } = await stage.project.preview("--diff");
        expect(text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
        const changed = planned(steps);
        expect(changed[`update ${DEPLOYMENT} models-front`]).toEqual(PROPERTIES_OF_NAMES);
        const types = new Set(steps.map(({ type, name }) => `${type} ${name}`));
        expect([...types].sort()).toEqual(
            [`${DEPLOYMENT} models-front`, `${CONFIG_MAP} models-front`].sort(),
        );
        await stage.configure({ "models.iris.limits.maxQueueWaitMs": "500" });
    });

    it("shows one more model as what is new, and nothing at the others", async () => {
        await stage.configure({
            "models.rose.image": "localhost/model:1",
            "models.rose.replicas": "1",
            "models.rose.cpu": "0.02",
        });
        const { steps } = await stage.project.preview();
        const touched = steps.filter(({ name }) => /^models-(iris|wine)/.test(name));
        expect(touched).toEqual([]);
        const created = steps.filter(({ op }) => op === "create").map(({ type, name }) => `${type} ${name}`);
        expect(created.sort()).toEqual(
            [
                "kubernetes:core/v1:Service models-rose",
                "kubernetes:networking.k8s.io/v1:NetworkPolicy models-rose",
                "random:index/randomPassword:RandomPassword models-rose-primary-key",
                "random:index/randomPassword:RandomPassword models-rose-secondary-key",
                `${DEPLOYMENT} models-rose`,
            ].sort(),
        );
        await stage.project.pulumi(["config", "rm", "--path", "azure-secure-inference:models.rose"]);
        expect((await stage.project.preview()).steps).toEqual([]);
    });

    it("stops with everything that is wrong, and changes nothing", async () => {
        const before = await stage.kubectl("get", "all", "--all-namespaces", "--output=name");
        await stage.configure({
            "tls.mode": "Custom",
            "models.iris.hostname": "models.previews.test",
            "models.wine.replicas": "0",
        });
        await stage.configure(
            { "tls.certificate": "no certificate", "tls.privateKey": "hunter2" },
            "--secret",
        );
        for (const outcome of [await stage.project.preview(), await stage.project.up()]) {
            expect(outcome.succeeded).toBe(false);
            expect(outcome.text).toMatch(/tls\.certificate: /);
            expect(outcome.text).toMatch(/tls\.privateKey: no-key/);
            expect(outcome.text).toMatch(
                /models\.iris\.hostname: is models\.previews\.test, as tls\.hostname is/,
            );
            expect(outcome.text).toMatch(/models\.wine\.replicas: is 0/);
            expect(outcome.text).not.toContain("hunter2");
        }
        expect(await stage.kubectl("get", "all", "--all-namespaces", "--output=name")).toBe(before);
        await stage.configure({ "tls.mode": "SelfSigned", "models.wine.replicas": "1" });
        await stage.project.pulumi(["config", "rm", "--path", "azure-secure-inference:models.iris.hostname"]);
    });

    it("refuses to move from the name that clients use, and moves when that is meant", async () => {
        await stage.configure({ leafDomainLabel: "moved" });
        const refused = await stage.project.preview();
        expect(refused.succeeded).toBe(false);
        expect(refused.text).toMatch(
            /would move from previews\w{6}\.westeurope\.cloudapp\.azure\.com to moved\w{6}\.westeurope/,
        );
        await stage.configure({ overwriteExistingDomain: "true" });
        const { steps, errors } = await stage.project.preview();
        expect(errors).toEqual([]);
        expect(planned(steps)[`update ${PUBLIC_IP} models`]).toEqual(["dnsSettings.domainNameLabel"]);
    });

    it("says that a name is taken in Azure, and leaves the service as it was", async () => {
        const owner = { project: "azure-secure-inference", stack: "test", component: "models" };
        await azure.network.publicIPAddresses.beginCreateOrUpdateAndWait(GROUP, "neighbour", {
            location: "westeurope",
            sku: { name: "Standard" },
            publicIPAllocationMethod: "Static",
            dnsSettings: { domainNameLabel: dnsNameLabel("moved", owner) },
        });
        const fronts = await stage.podNames("front");
        const failed = await stage.project.up();
        expect(failed.succeeded).toBe(false);
        expect(failed.errors.join("\n")).toMatch(/DnsRecordInUse/);
        expect(await stage.podNames("front")).toEqual(fronts);
        stage.trusted();
        const scored = await stage.score(`https://${stage.outputs.fqdn}/api/v1/service/iris/score`);
        expect(scored.status).toBe(401);
        await azure.network.publicIPAddresses.beginDeleteAndWait(GROUP, "neighbour");
        // What was meant counts, also when it did not come to pass: going back is a move too.
        await stage.configure({ leafDomainLabel: "previews" });
        expect((await stage.project.up()).errors).toEqual([]);
        await stage.configure({ overwriteExistingDomain: "false" });
        expect((await stage.project.preview()).steps).toEqual([]);
    });

    it("says of a kubeconfig that it reaches nothing, without a word of it", async () => {
        const nowhere = stringify({
            clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
            users: [{ name: "a", user: { token: "hunter2" } }],
            contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
            "current-context": "a",
        });
        const lost = await AksStage.open(instance, {
            ...SETTINGS,
            resourceGroup: { name: `${GROUP}-lost` },
            cluster: { attach: {} },
        });
        await lost.configure({ "cluster.attach.kubeconfig": nowhere }, "--secret");
        const { text } = await lost.project.preview();
        expect(text).toMatch(/cluster is unreachable/);
        expect(text).not.toContain("hunter2");
        await lost.close();
    });

    it("shows another certificate as a Secret, and fronts that follow, without a word of it", async () => {
        const root = stage.workshop.root();
        const leaf = stage.workshop.leaf(root, ["DNS:models.previews.test"]);
        await stage.configure({ "tls.mode": "Custom" });
        const pair = { "tls.certificate": leaf.certificate + root.certificate, "tls.privateKey": leaf.key };
        await stage.configure(pair, "--secret");
        const { steps, text, errors } = await stage.project.preview("--diff");
        expect(errors).toEqual([]);
        const inKubernetes = steps.filter(({ type }) => type.startsWith("kubernetes:"));
        expect(new Set(inKubernetes.map(({ type, name }) => `${type} ${name}`))).toEqual(
            new Set([`${SECRET} models-front`, `${DEPLOYMENT} models-front`]),
        );
        expect(text).toContain("[secret]");
        for (const pem of Object.values(pair)) {
            for (const form of [pem, Buffer.from(pem).toString("base64")]) {
                expect(text).not.toContain(form.split("\n")[1] ?? form.slice(0, 60));
            }
        }
    });
});
