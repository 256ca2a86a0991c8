import { beforeAll, describe, expect, it } from "vitest";
import {
    type AccessLog,
    type AksModelArgs,
    type AttachedClusterArgs,
    DnsRecordType,
    Environment,
    LoadBalancerType,
    type NewClusterArgs,
    type SecureAksInferenceArgs,
    TlsMode,
} from "../../../components";
import { readArguments } from "../../../components/aks/settings";
import { collectWarnings } from "../../support/mocks";
import { argumentProblems, mockEngine } from "../../support/argument-problems";

const NOW = new Date("2026-11-24T00:00:00Z");
const CLUSTER_ID =
    "/subscriptions/s/resourceGroups/ml/providers/Microsoft.ContainerService/managedClusters/inference";
const GOOD: SecureAksInferenceArgs = {
    resourceGroupName: "inference",
    location: "westeurope",
    cluster: { create: {} },
    models: { iris: { image: "contoso.azurecr.io/iris:7" } },
    tls: { mode: TlsMode.Disabled },
};

beforeAll(mockEngine);

const problems = (changes: Partial<SecureAksInferenceArgs>, name = "models") =>
    argumentProblems(() => readArguments(name, { ...GOOD, ...changes }, NOW));

const KUBECONFIG = JSON.stringify({
    clusters: [{ name: "a" }],
    contexts: [{ name: "a" }],
    users: [{ name: "a" }],
    "current-context": "a",
});
const iris = (changes: Partial<AksModelArgs>) => ({
    models: { iris: { image: "contoso.azurecr.io/iris:7", ...changes } },
});
const create = (args: NewClusterArgs) => ({ cluster: { create: args } });
const attach = (args: AttachedClusterArgs) => ({ cluster: { attach: args } });
const tls = (args: Partial<SecureAksInferenceArgs["tls"]>) => ({ tls: { mode: TlsMode.Disabled, ...args } });

const SELF_SIGNED: Partial<SecureAksInferenceArgs> = {
    environment: Environment.Development,
    tls: { mode: TlsMode.SelfSigned },
};

const WRONG: [path: string, reason: RegExp, changes: Partial<SecureAksInferenceArgs>][] = [
    ["cluster", /is missing; set cluster\.create/, { cluster: {} }],
    ["cluster", /both create and attach/, { cluster: { create: {}, attach: { resourceId: CLUSTER_ID } } }],
    ["cluster.create.purpose", /FastProd, DevTest/, create({ purpose: "Prod" as never })],
    ["cluster.create.agentCount", /from 1 to 1000/, create({ agentCount: 0 })],
    ["cluster.create.vmSize", /like Standard_D4s_v5/, create({ vmSize: "D 4" })],
    ["cluster.create.vmSize", /fewer than the 2 cores that AKS needs/, create({ vmSize: "Standard_B1ms" })],
    ["cluster.create.zones[1]", /is "1" again/, create({ zones: ["1", "1"] })],
    ["cluster.create.kubernetesVersion", /like 1\.34/, create({ kubernetesVersion: "v1.34" })],
    ["cluster.create.zones[1]", /number of an availability zone/, create({ zones: ["1", "a"] })],
    ["cluster.create.network.subnetId", /resource id/, create({ network: { subnetId: "aks-subnet" } })],
    ["cluster.attach.resourceId", /az aks show/, attach({ resourceId: "/subscriptions/s" })],
    [
        "cluster.attach.clusterName",
        /conflicts with cluster\.attach\.resourceId/,
        attach({ resourceId: CLUSTER_ID, clusterName: "inference" }),
    ],
    ["cluster.attach.resourceGroupName", /must both be set/, attach({ clusterName: "inference" })],
    ["cluster.attach.clusterName", /must both be set/, attach({ resourceGroupName: "ml" })],
    ["cluster.attach.kubeconfig", /is not a kubeconfig/, attach({ kubeconfig: "token: hunter2" })],
    [
        "cluster.attach.kubeconfig",
        /no valid current-context/,
        attach({
            kubeconfig: JSON.stringify({
                clusters: [{ name: "a" }],
                contexts: [{ name: "a" }],
                users: [{ name: "hunter2" }],
                "current-context": "b",
            }),
        }),
    ],
    ["namespace", /a namespace of the system/, { namespace: "kube-system" }],
    ["models", /at least one/, { models: {} }],
    ["models.my_model", /lower-case/, { models: { my_model: { image: "a:1" } } }],
    ["models.front", /a reserved name/, { models: { front: { image: "a:1" } } }],
    ["models.iris.image", /give an image/, iris({ image: "an image" })],
    ["models.iris.port", /from 1 to 65535/, iris({ port: 0 })],
    ["models.iris.replicas", /whole number/, iris({ replicas: 0 })],
    ["models.iris.autoscale", /conflicts with models\.iris\.replicas/, iris({ replicas: 2, autoscale: {} })],
    ["models.iris.autoscale.minReplicas", /more than/, iris({ autoscale: { minReplicas: 11 } })],
    ["models.iris.autoscale.targetUtilization", /1 to 100/, iris({ autoscale: { targetUtilization: 150 } })],
    ["models.iris.gpu", /GPUs/, iris({ gpu: 0.5 })],
    ["models.iris.spareGpu", /has no effect without models\.iris\.gpu/, iris({ spareGpu: true })],
    [
        "cluster.create.kubernetesVersion",
        /is 1\.29; use Kubernetes 1\.30 or newer/,
        { cluster: { create: { kubernetesVersion: "1.29" } } },
    ],
    ["models.iris.runAsUser", /other than root/, iris({ runAsUser: 0 })],
    ["models.iris.cpuLimit", /less than models\.iris\.cpu/, iris({ cpu: 2, cpuLimit: 1 })],
    ["models.iris.limits.maxQueueWaitMs", /is 0;/, iris({ limits: { maxQueueWaitMs: 0 } })],
    ["models.iris.keys.primary", /16 to 512/, iris({ keys: { primary: "hunter2" } })],
    ["models.iris.hostname", /has a port/, iris({ hostname: "iris.contoso.com:443" })],
    ["models.iris.allowPlainHttp", /has no effect with tls\.mode Disabled/, iris({ allowPlainHttp: true })],
    [
        "models.iris.tlsDisabled",
        /former name of models\.iris\.allowPlainHttp, which is also set/,
        { ...iris({ allowPlainHttp: true, tlsDisabled: true }), ...SELF_SIGNED },
    ],
    ["models.iris.tolerations[0].effect", /NoExecute/, iris({ tolerations: [{ effect: "Never" }] })],
    [
        "models.wine.hostname",
        /the same as models\.iris\.hostname/,
        {
            models: {
                iris: { image: "a:1", hostname: "a.contoso.com" },
                wine: { image: "a:1", hostname: "A.contoso.com." },
            },
        },
    ],
    [
        "models.iris.hostname",
        /the same as tls\.hostname/,
        { ...iris({ hostname: "a.contoso.com" }), ...tls({ hostname: "a.contoso.com" }) },
    ],
    ["loadBalancer.type", /PublicIp, InternalLoadBalancer/, { loadBalancer: { type: "None" as never } }],
    ["loadBalancer.subnetName", /no subnet/, { loadBalancer: { subnetName: "aks-subnet" } }],
    [
        "tls.hostname",
        /Azure assigns no host name/,
        {
            loadBalancer: { type: LoadBalancerType.InternalLoadBalancer },
            environment: "Development" as never,
            tls: { mode: TlsMode.SelfSigned },
        },
    ],
    ["tls.secretName", /set tls\.mode to Custom/, tls({ secretName: "tls", hostname: "a.contoso.com" })],
    [
        "tls.secretName",
        /conflicts with tls\.certificate/,
        tls({
            mode: TlsMode.Custom,
            secretName: "tls",
            certificate: "hunter2",
            hostname: "a.contoso.com",
        }),
    ],
    ["tls.hostname", /is missing/, tls({ mode: TlsMode.Custom, secretName: "tls" })],
    [
        "tls.hostname",
        /apex/,
        {
            ...tls({ hostname: "contoso.com" }),
            dns: { zoneName: "contoso.com", recordType: DnsRecordType.Cname },
        },
    ],
    [
        "tls.hostname",
        /is not in the DNS zone/,
        { ...tls({ hostname: "a.fabrikam.com" }), dns: { zoneName: "contoso.com" } },
    ],
    [
        "tls.acme.challenge",
        /set cluster\.attach\.resourceId/,
        {
            cluster: { attach: { kubeconfig: KUBECONFIG } },
            tls: { hostname: "a.contoso.com" },
            dns: { zoneName: "contoso.com" },
        },
    ],
    [
        "tls.acme.challenge",
        /does not reach an internal load balancer/,
        {
            loadBalancer: { type: LoadBalancerType.InternalLoadBalancer },
            tls: { hostname: "a.contoso.com" },
        },
    ],
    ["tls.acme.storageClassName", /lower-case/, { tls: { acme: { storageClassName: "Azure Files" } } }],
    [
        "models.iris.hostname",
        /set tls\.acme\.challenge to Http01/,
        {
            ...iris({ hostname: "iris.fabrikam.com" }),
            tls: { hostname: "a.contoso.com" },
            dns: { zoneName: "contoso.com" },
        },
    ],
    ["models.issuer", /a reserved name/, { models: { issuer: { image: "a:1" } } }],
    ["front.replicas", /from 2 to 20/, { front: { replicas: 1 } }],
    ["front.accessLog", /is "none"; .* all, errors, off/, { front: { accessLog: "none" as AccessLog } }],
    [
        "registries[1].password",
        /must both be set/,
        {
            registries: [
                { server: "a.azurecr.io", username: "me", password: "hunter2" },
                { server: "b.azurecr.io", username: "me" } as never,
            ],
        },
    ],
    [
        "registry",
        /the former name of registries/,
        { registry: { server: "a.io", username: "me", password: "hunter2" }, registries: [] },
    ],
];

describe("readArguments", () => {
    it("accepts the required arguments alone", () => expect(problems({})).toEqual({}));

    it("accepts the apex of a zone for an alias record", () => {
        const changes = { ...tls({ hostname: "contoso.com" }), dns: { zoneName: "contoso.com" } };
        expect(problems(changes)).toEqual({});
    });

    it.each(WRONG)("reports only %s when it is invalid: %s", (path, reason, changes) => {
        const found = problems(changes);
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(reason);
        expect(JSON.stringify(found)).not.toContain("hunter2");
    });

    it.each(["My Models", "1models", "m".repeat(32), "models-"])("refuses the component name %s", name => {
        expect(problems({}, name).name).toMatch(/at most 31/);
    });

    it("reports all problems of all models at once", () => {
        const found = problems({
            models: { iris: { image: "", port: 0 }, wine: { image: "w:1", replicas: 0 } },
            front: { replicas: 1 },
        });
        expect(Object.keys(found).sort()).toEqual([
            "front.replicas",
            "models.iris.image",
            "models.iris.port",
            "models.wine.replicas",
        ]);
    });

    it("accepts the former name tlsDisabled with a warning", () => {
        const warnings = collectWarnings();
        const changes = { ...GOOD, ...SELF_SIGNED };
        const plainHttp = (model: Partial<AksModelArgs>) =>
            readArguments("models", { ...changes, ...iris(model) }, NOW).models[0]?.plainHttp;
        expect(plainHttp({ allowPlainHttp: true })).toBe(true);
        expect(plainHttp({})).toBe(false);
        expect(warnings).toEqual([]);
        expect(plainHttp({ tlsDisabled: true })).toBe(true);
        expect(plainHttp({ tlsDisabled: false })).toBe(false);
        const warning =
            "models: models.iris.tlsDisabled is now called allowPlainHttp; the old name works until 0.3.";
        expect(warnings).toEqual([warning, warning]);
    });

    it("has the defaults of Azure ML v1", () => {
        const { cluster, models, front } = readArguments("models", GOOD, NOW);
        expect(cluster.create).toMatchObject({
            agentCount: 3,
            purpose: "FastProd",
        });
        // AKS chooses a size that the subscription has quota for.
        expect(cluster.create?.vmSize).toBeUndefined();
        expect(models[0]).toMatchObject({
            cpu: 0.1,
            memoryInGB: 0.5,
            replicas: { least: 1, most: 10 },
            targetUtilization: 70,
            keys: { enabled: true },
            requestLimits: { maxConcurrentRequests: 1, maxQueueWaitMs: 500, scoringTimeoutMs: 60_000 },
            liveness: { initialDelaySeconds: 310, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 },
        });
        expect(front.replicas).toBe(2);
    });

    it("creates one node for development", () => {
        const changes = { ...GOOD, ...create({ purpose: "DevTest" as never }) };
        expect(readArguments("models", changes, NOW).cluster.create?.agentCount).toBe(1);
    });

    it("reads the cluster's subscription, resource group and name from its id", () => {
        const changes = { ...GOOD, ...attach({ resourceId: CLUSTER_ID }), location: undefined };
        const { cluster, location } = readArguments("models", changes, NOW);
        expect(cluster.attach).toMatchObject({
            subscriptionId: "s",
            resourceGroupName: "ml",
            clusterName: "inference",
        });
        expect(location).toBeUndefined();
    });
});
