import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { ManagedCluster } from "@azure/arm-containerservice";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAUSE_IMAGE } from "../../sandbox/node/images";
import { type AzureClients, azureClients, LOCATION } from "../../sandbox/testing/azure-clients";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { secret } from "../../sandbox/testing/stack-configuration";
import { testSandbox } from "../../sandbox/testing/test-sandbox";
import { Clients } from "../support/aks-load-stage";
import { AksStage, type Pod, prepareSandbox, SMALL_MODEL, timed } from "../support/aks-stage";
import type { Issued } from "../support/openssl";
import type { Settings } from "../support/service-stack";

const instance = testSandbox();

/** Resource group and name of the existing cluster. */
const GROUP = "platform";
const CLUSTER = "shared";
/** The namespace of another application, and an existing namespace for one service whose certificate is a Secret that it does not own. */
const NEIGHBOUR = "neighbour";
const PREPARED = "prepared";
const HOST = "score.named.test";

/** Three services on one existing cluster, each attached in a different way. The tests depend on each other's order. */
describe.skipIf(CANNOT_RUN)(titled("an existing cluster"), () => {
    let azure: AzureClients;
    let cluster: ManagedCluster;
    let named: AksStage;
    let byId: AksStage;
    let byKubeconfig: AksStage;
    let root: Issued;
    let intermediate: Issued;
    /** All objects of others before the services are deployed. */
    let before: string;
    let clusterBefore: ManagedCluster;

    beforeAll(async () => {
        await prepareSandbox(instance);
        azure = azureClients(instance);
        await azure.resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
        cluster = await azure.clusters.managedClusters.createOrUpdate(GROUP, CLUSTER, {
            location: LOCATION,
            identity: { type: "SystemAssigned" },
            dnsPrefix: "shared",
            agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 3 }],
        });
        named = await AksStage.open(instance, {
            ...service("named", { resourceGroupName: GROUP, clusterName: CLUSTER }),
            namespace: PREPARED,
            tls: { mode: "Custom", hostname: HOST, secretName: "score-certificate" },
            limits: { maxConcurrentRequestsPerContainer: 100, maxQueueWaitMs: 5_000 },
        });
        byId = await AksStage.open(instance, service("identified", { resourceId: cluster.id }));
        byKubeconfig = await AksStage.open(instance, service("trusting", {}));
        const kubeconfig = readFileSync(path.join(instance.stateFolder, "kubeconfig"), "utf8");
        byKubeconfig.configure({ "cluster.attach.kubeconfig": secret(kubeconfig) });

        root = named.workspace.root();
        intermediate = named.workspace.intermediate(root);
        named.trust(root.certificate);
        const level = { "pod-security.kubernetes.io/enforce": "restricted" };
        await named.kubectl.apply(namespace(PREPARED, level), namespace(NEIGHBOUR), ...neighbours());
        await newCertificate();
        await named.kubectl.run("rollout", "status", "deployment/web", "-n", NEIGHBOUR);
        before = await objectsOfOthers();
        clusterBefore = await azure.clusters.managedClusters.get(GROUP, CLUSTER);
        await timed("three services from nothing", () => Promise.all(stages().map(stage => stage.up())));
        byId.trust();
        byKubeconfig.trust();
    });
    afterAll(async () => {
        await Promise.all(stages().map(stage => stage?.close()));
        await named?.kubectl.run("delete", "namespace", NEIGHBOUR, PREPARED, "--ignore-not-found");
        await azure?.resources.resourceGroups.beginDeleteAndWait(GROUP);
    });

    const stages = (): AksStage[] => [named, byId, byKubeconfig];

    /** Puts a new certificate into the Secret, as cert-manager does. @returns its fingerprint */
    async function newCertificate(): Promise<string> {
        const leaf = named.workspace.leaf(intermediate, [`DNS:${HOST}`]);
        await named.kubectl.apply({
            ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls" },
            metadata: { name: "score-certificate", namespace: PREPARED },
            stringData: { "tls.crt": leaf.certificate + intermediate.certificate, "tls.key": leaf.key },
        });
        return named.workspace
            .run("x509", "-in", leaf.certificateFile, "-noout", "-fingerprint", "-sha256")
            .trim();
    }

    /** All objects of others in Kubernetes, with their resource versions. */
    async function objectsOfOthers(): Promise<string> {
        const kinds = "deployments,pods,configmaps,secrets,serviceaccounts";
        return [
            await named.kubectl.run("get", "namespace", NEIGHBOUR, PREPARED, "--output=yaml"),
            await named.kubectl.run("get", kinds, "--namespace", NEIGHBOUR, "--output=yaml"),
        ].join("\n");
    }

    it("is attached by name, by resource ID or by kubeconfig", async () => {
        expect(named.outputs.namespace).toBe(PREPARED);
        expect(new Set(stages().map(({ outputs }) => outputs.namespace)).size).toBe(3);
        for (const stage of stages()) {
            const { scoringUri } = stage.outputs.services.iris!;
            const key = stage.outputs.keys.iris!.primary;
            expect((await stage.score(scoringUri, key)).status).toBe(200);
            expect((await stage.score(scoringUri)).status).toBe(401);
        }
        const preview = await Promise.all(stages().map(({ project }) => project.preview()));
        expect(preview.map(({ steps }) => steps)).toEqual([[], [], []]);
    });

    it("has a Secret whose certificate is served, and a changed one is served without a restart or a failed request", async () => {
        const pods = await identities();
        const served = await named.servedFingerprint(HOST);
        const clients = await Clients.start(named, "iris");
        const next = await newCertificate();
        expect(next).not.toBe(served);
        await timed("a changed Secret is served", async () => {
            let agreed = 0;
            await named.soon("every front serves the new certificate", async () => {
                // The load balancer uses the fronts in turn.
                agreed = (await named.servedFingerprint(HOST)) === next ? agreed + 1 : 0;
                return agreed === 6;
            });
        });
        const seen = await clients.stop();
        console.log(`${seen.requests} requests, p99 ${seen.p99Ms.toFixed(0)} ms`);
        expect(seen.failures).toEqual([]);
        // At least one second of load.
        expect(seen.requests).toBeGreaterThan(60);
        expect(await identities()).toEqual(pods);
    });

    async function identities(): Promise<unknown[]> {
        const pods = await named.objects<Pod>("pods");
        return pods.map(({ metadata, status }) => [
            metadata.uid,
            status.containerStatuses?.map(({ restartCount }) => restartCount),
        ]);
    }

    it("is unchanged after the services are destroyed", async () => {
        // Otherwise their pods would drain for about a minute.
        await Promise.all(stages().map(stage => stage.killPods()));
        const outcomes = await timed("three services destroyed", () =>
            Promise.all(stages().map(({ project }) => project.destroy())),
        );
        expect(outcomes.map(({ errors }) => errors)).toEqual([[], [], []]);
        expect(await azure.clusters.managedClusters.get(GROUP, CLUSTER)).toEqual(clusterBefore);
        expect(await objectsOfOthers()).toBe(before);
        for (const { outputs } of [byId, byKubeconfig]) {
            const gone = named.kubectl.run("get", "namespace", outputs.namespace);
            await expect(gone).rejects.toThrow(/NotFound/);
        }
        const ours = "deployments,pods,services,configmaps,networkpolicies,poddisruptionbudgets";
        const left = await named.kubectl.run("get", ours, "--namespace", PREPARED, "--output=name");
        // Kubernetes creates it in every namespace.
        expect(left.trim()).toBe("configmap/kube-root-ca.crt");
        expect(await named.kubectl.run("get", "secrets", "--namespace", PREPARED, "--output=name")).toBe(
            "secret/score-certificate",
        );
    });
});

/** A service with one small model. */
function service(name: string, attach: Settings): Settings {
    return {
        hosting: "Kubernetes",
        name,
        environment: "Development",
        resourceGroup: { name: `attached-${name}` },
        cluster: { attach },
        front: { image: "localhost/front:3.0", cpu: 0.05, memoryInGB: 0.25 },
        leafDomainLabel: name,
        tls: { mode: "SelfSigned", hostname: `score.${name}.test` },
        dns: { zoneName: `${name}.test`, createZone: true, ttl: 60 },
        models: { iris: { ...SMALL_MODEL, replicas: 1 } },
    };
}

function namespace(name: string, labels: Record<string, string> = {}): object {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** An unrelated application. */
function neighbours(): object[] {
    const labels = { app: "web" };
    const metadata = { name: "web", namespace: NEIGHBOUR };
    return [
        { apiVersion: "v1", kind: "ConfigMap", metadata, data: { precious: "yes" } },
        {
            ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
            spec: {
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: { containers: [{ name: "web", image: PAUSE_IMAGE }] },
                },
            },
        },
    ];
}
