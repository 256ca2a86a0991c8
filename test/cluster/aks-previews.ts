import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { dnsNameLabel } from "../../components/dns/leaf-label";
import type { SandboxInstance } from "../../sandbox/instance";
import { FULL } from "../../sandbox/testing/full";
import { azureClients } from "../../sandbox/testing/azure-clients";
import type { Step } from "../../sandbox/testing/harness";
import { secret } from "../../sandbox/testing/stack-configuration";
import { AksStage, SMALL_MODEL } from "../support/aks-stage";
import type { Settings } from "../support/service-stack";

const PUBLIC_IP = "azure-native:network:PublicIPAddress";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PROPERTIES_OF_NAMES = ["spec.template.spec.volumes[0].configMap.name"];

/** A deployed stack with SelfSigned certificates and the models iris and flowers. */
export interface PreviewedService {
    stage: () => AksStage;
    instance: SandboxInstance;
    settings: Settings & {
        resourceGroup: { name: string };
        leafDomainLabel: string;
        models: Record<string, Settings>;
    };
    hostname: string;
    /** The host name of flowers. */
    modelHostname: string;
}

/** The planned steps, with the properties that differ. */
function planned(steps: readonly Step[]): Record<string, string[]> {
    return Object.fromEntries(
        steps.map(({ op, type, name, detailedDiff }) => [
            `${op} ${type} ${name}`,
            Object.keys(detailedDiff).sort(),
        ]),
    );
}

/** The tests leave the stack as they find it. */
export function describePreviews({
    stage: current,
    instance,
    settings,
    hostname,
    modelHostname,
}: PreviewedService): void {
    describe("previews", () => {
        const preview = (...args: string[]) => current().project.preview(...args);
        const configure = (changes: Settings) => current().configure(changes);
        const group = settings.resourceGroup.name;
        const label = settings.leafDomainLabel;

        it("show a changed image as the only difference, of that model only", async () => {
            configure({ "models.iris.image": "localhost/model:2" });
            expect(planned((await preview()).steps)).toEqual({
                [`update ${DEPLOYMENT} models-iris`]: ["spec.template.spec.containers[0].image"],
            });
            configure({ "models.iris.image": "localhost/model:1" });
        });

        it("show a changed limit as the changed line of the front's configuration and the front's rollout", async () => {
            configure({ "models.iris.limits.maxQueueWaitMs": 700 });
            const { steps, text } = await preview("--diff");
            expect(text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
            const changed = planned(steps);
            expect(changed[`update ${DEPLOYMENT} models-front`]).toEqual(PROPERTIES_OF_NAMES);
            const types = new Set(steps.map(({ type, name }) => `${type} ${name}`));
            expect([...types].sort()).toEqual(
                [`${DEPLOYMENT} models-front`, `${CONFIG_MAP} models-front`].sort(),
            );
            configure({ "models.iris.limits": undefined });
        });

        it("show an added model as new resources, without changes to the others", async () => {
            configure({ "models.rose": { ...SMALL_MODEL, replicas: 1 } });
            const { steps } = await preview();
            const touched = steps.filter(({ name }) => /^models-(iris|flowers|open|slow)/.test(name));
            expect(touched).toEqual([]);
            const created = steps
                .filter(({ op }) => op === "create")
                .map(({ type, name }) => `${type} ${name}`);
            expect(created.sort()).toEqual(
                [
                    "kubernetes:core/v1:Service models-rose",
                    "kubernetes:networking.k8s.io/v1:NetworkPolicy models-rose",
                    "random:index/randomPassword:RandomPassword models-rose-primary-key",
                    "random:index/randomPassword:RandomPassword models-rose-secondary-key",
                    `${DEPLOYMENT} models-rose`,
                ].sort(),
            );
            configure({ "models.rose": undefined });
            expect((await preview()).steps).toEqual([]);
        });

        it("fail with every invalid setting, and the update changes nothing", async () => {
            // Without pods: those of an earlier update may still be stopping.
            const kinds = "deployments,replicasets,services,horizontalpodautoscalers";
            const objects = () => current().kubectl.run("get", kinds, "--all-namespaces", "--output=name");
            const before = await objects();
            configure({
                "tls.mode": "Custom",
                "tls.certificate": secret("no certificate"),
                "tls.privateKey": secret("hunter2"),
                "models.iris.hostname": hostname,
                "models.flowers.replicas": 0,
            });
            for (const outcome of [await preview(), await current().project.up()]) {
                expect(outcome.succeeded).toBe(false);
                expect(outcome.text).toMatch(/tls\.certificate: /);
                expect(outcome.text).toMatch(/tls\.privateKey: no-key/);
                expect(outcome.text).toMatch(
                    new RegExp(`models\\.iris\\.hostname: is ${hostname}, the same as tls\\.hostname`),
                );
                expect(outcome.text).toMatch(/models\.flowers\.replicas: is 0/);
                expect(outcome.text).not.toContain("hunter2");
            }
            expect(await objects()).toBe(before);
            configure({
                ...SELF_SIGNED,
                "models.iris.hostname": undefined,
                "models.flowers.replicas": 1,
            });
        });

        it("warn when an update stops the only replica of a model with a GPU", async () => {
            configure({ "models.flowers.gpu": 1 });
            const { steps, text } = await preview();
            expect(text).toMatch(/this update stops the only replica of flowers before its successor starts/);
            expect(planned(steps)[`update ${DEPLOYMENT} models-flowers`]).toEqual(
                expect.arrayContaining(["spec.strategy.rollingUpdate.maxUnavailable"]),
            );
            configure({ "models.flowers.spareGpu": true });
            expect((await preview()).text).not.toMatch(/only replica/);
            configure({ "models.flowers.gpu": undefined, "models.flowers.spareGpu": undefined });
        });

        it("refuse to remove a model or its host name, in one message", async () => {
            const { iris, ...others } = settings.models;
            const { hostname: _, ...flowers } = others.flowers!;
            configure({ models: { ...others, flowers, iris2: iris } });
            const refused = await preview();
            expect(refused.succeeded).toBe(false);
            expect(refused.text).toContain("models.iris: the service would no longer answer at /api/v1/");
            expect(refused.text).toContain(
                `models.flowers.hostname: the model would no longer answer as ${modelHostname}`,
            );
            configure({ overwriteExistingDomain: true });
            expect((await preview()).errors).toEqual([]);
            configure({ models: settings.models, overwriteExistingDomain: undefined });
            expect((await preview()).steps).toEqual([]);
        });

        it("refuse to change Azure's name unless overwriteExistingDomain is set", async () => {
            configure({ leafDomainLabel: "moved" });
            const refused = await preview();
            expect(refused.succeeded).toBe(false);
            expect(refused.text).toMatch(
                new RegExp(
                    `${label}\\w{6}\\.westeurope\\.cloudapp\\.azure\\.com to moved\\w{6}\\.westeurope`,
                ),
            );
            configure({ overwriteExistingDomain: true });
            const { steps, errors } = await preview();
            expect(errors).toEqual([]);
            expect(planned(steps)[`update ${PUBLIC_IP} models`]).toEqual(["dnsSettings.domainNameLabel"]);
            configure({ leafDomainLabel: label, overwriteExistingDomain: undefined });
        });

        it.runIf(FULL)(
            "are followed by a failed update when the name is taken in Azure, and the service stays",
            async () => {
                configure({ leafDomainLabel: "moved", overwriteExistingDomain: true });
                const owner = { project: "azure-secure-inference", stack: "test", component: "models" };
                const { publicIPAddresses } = azureClients(instance).network;
                await publicIPAddresses.beginCreateOrUpdateAndWait(group, "neighbour", {
                    location: "westeurope",
                    sku: { name: "Standard" },
                    publicIPAllocationMethod: "Static",
                    dnsSettings: { domainNameLabel: dnsNameLabel("moved", owner) },
                });
                const fronts = await current().podNames("front");
                const failed = await current().project.up();
                expect(failed.succeeded).toBe(false);
                expect(failed.errors.join("\n")).toMatch(/DnsRecordInUse/);
                expect(await current().podNames("front")).toEqual(fronts);
                const scored = await current().score(
                    `https://${current().outputs.fqdn}/api/v1/service/iris/score`,
                );
                expect(scored.status).toBe(401);
                await publicIPAddresses.beginDeleteAndWait(group, "neighbour");
                // The failed update already stored the new name, so the way back is a change of name too.
                configure({ leafDomainLabel: label });
                expect((await current().project.up()).errors).toEqual([]);
                configure({ overwriteExistingDomain: undefined });
                expect((await preview()).steps).toEqual([]);
            },
        );

        it.runIf(FULL)("report that a cluster is unreachable without printing the kubeconfig", async () => {
            const nowhere = stringify({
                clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
                users: [{ name: "a", user: { token: "hunter2" } }],
                contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
                "current-context": "a",
            });
            const lost = await AksStage.open(instance, {
                ...settings,
                resourceGroup: { name: `${group}-lost` },
                cluster: { attach: {} },
            });
            lost.configure({ "cluster.attach.kubeconfig": secret(nowhere) });
            const { text } = await lost.project.preview();
            expect(text).toMatch(/cluster is unreachable/);
            expect(text).not.toContain("hunter2");
            await lost.close();
        });

        it("show a changed certificate as a Secret and the front's rollout, without printing it", async () => {
            const { workspace } = current();
            const root = workspace.root();
            const leaf = workspace.leaf(root, [`DNS:${hostname}`, `DNS:${modelHostname}`]);
            const pair = {
                "tls.certificate": leaf.certificate + root.certificate,
                "tls.privateKey": leaf.key,
            };
            configure({
                "tls.mode": "Custom",
                "tls.certificate": secret(pair["tls.certificate"]),
                "tls.privateKey": secret(pair["tls.privateKey"]),
            });
            const { steps, text, errors } = await preview("--diff");
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
            configure(SELF_SIGNED);
            expect((await preview()).steps).toEqual([]);
        });
    });
}

const SELF_SIGNED: Settings = {
    "tls.mode": "SelfSigned",
    "tls.certificate": undefined,
    "tls.privateKey": undefined,
};
