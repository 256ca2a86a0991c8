import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
    LoadBalancerType,
    SecureAksInference,
    type SecureAksInferenceArgs,
    TlsMode,
} from "../../../components";
import { registrations, unmarked } from "../../support/mocks";

interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

let registered: Registered[];
let invoked: string[];

beforeEach(() => {
    registered = [];
    invoked = [];
});

const CLUSTER = {
    location: "northeurope",
    identity: { type: "SystemAssigned", principalId: "the-cluster" },
};

/** Registers the component with mocks. `preview` leaves ids and outputs unknown, as providers do. */
async function register(
    args: Partial<SecureAksInferenceArgs>,
    { preview = false, providers }: { preview?: boolean; providers?: pulumi.ProviderResource[] } = {},
): Promise<Record<string, unknown>> {
    await pulumi.runtime.setMocks(
        {
            call: ({ token }) => {
                invoked.push(token);
                if (token.endsWith("getManagedCluster")) return CLUSTER;
                return {
                    kubeconfigs: [{ name: "user", value: Buffer.from("kubeconfig").toString("base64") }],
                };
            },
            newResource: ({ type, name, inputs }) => {
                registered.push({ type, name, inputs: inputs as Record<string, unknown> });
                const made = {
                    ...(type.startsWith("random:") && { result: `${name}-0123456789abcdef` }),
                    ...(type === PUBLIC_IP && { ipAddress: "20.1.2.3" }),
                    ...(type === "kubernetes:core/v1:Service" && {
                        status: { loadBalancer: { ingress: [{ ip: "10.0.0.7" }] } },
                    }),
                    ...(type === CLUSTER_TYPE && CLUSTER),
                };
                const id =
                    type === PUBLIC_IP
                        ? `/subscriptions/s/resourceGroups/group/providers/Microsoft.Network/publicIPAddresses/${name}`
                        : `${name}-id`;
                return { id: preview ? undefined : id, state: { ...inputs, ...made } as object };
            },
        },
        "inference",
        "test",
        preview,
    );
    const service = new SecureAksInference(
        "models",
        {
            resourceGroupName: "group",
            location: "westeurope",
            cluster: { attach: { resourceGroupName: "ml", clusterName: "shared" } },
            models: { iris: { image: "iris:1", replicas: 2, secretEnvironment: { TOKEN: "hunter2" } } },
            tls: { mode: TlsMode.Disabled },
            ...args,
        },
        { providers },
    );
    const { services, fqdn, ipAddress, dnsRecords, namespace } = service;
    const outputs = pulumi.output({ services, fqdn, ipAddress, dnsRecords, namespace });
    const known = await new Promise<Record<string, unknown>>(resolve => void outputs.apply(resolve));
    // Otherwise a late registration would reach the mocks of the next test.
    await registrations();
    return known;
}

const PUBLIC_IP = "azure-native:network:PublicIPAddress";
const CLUSTER_TYPE = "azure-native:containerservice:ManagedCluster";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SERVICE = "kubernetes:core/v1:Service";

/** Waits for the one resource of this type and name: children are registered after the constructor returns. */
async function find(type: string, name?: string): Promise<Registered> {
    return await vi.waitFor(() => {
        const found = registered.filter(
            one => one.type === type && (name === undefined || one.name === name),
        );
        expect(found).toHaveLength(1);
        return found[0]!;
    });
}

interface PodTemplate {
    spec: {
        template: {
            spec: {
                containers: Record<string, unknown>[];
                securityContext: object;
                terminationGracePeriodSeconds: number;
                volumes: { name: string }[];
            };
        };
        replicas?: number;
        strategy: object;
    };
}

describe("SecureAksInference", () => {
    it("registers exactly the resources of one model, its front and its address", async () => {
        await register({});
        await find("azure-native:authorization:RoleAssignment");
        await find(SERVICE, "models-front");
        expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
            [
                "azure-secure-inference:index:SecureAksInference models",
                "azure-secure-inference:index:ReachedAddress models",
                "azure-native:network:PublicIPAddress models",
                "azure-native:authorization:RoleAssignment models-network",
                "pulumi:providers:kubernetes models-cluster",
                "kubernetes:core/v1:Namespace models",
                "kubernetes:core/v1:Service models-iris",
                "kubernetes:apps/v1:Deployment models-iris",
                "kubernetes:networking.k8s.io/v1:NetworkPolicy models-iris",
                "kubernetes:policy/v1:PodDisruptionBudget models-iris",
                "kubernetes:core/v1:Secret models-iris-environment",
                "random:index/randomPassword:RandomPassword models-iris-primary-key",
                "random:index/randomPassword:RandomPassword models-iris-secondary-key",
                "kubernetes:core/v1:ConfigMap models-front",
                "kubernetes:core/v1:Secret models-front",
                "kubernetes:apps/v1:Deployment models-front",
                "kubernetes:core/v1:Service models-front",
                "kubernetes:core/v1:Service models-fronts",
                "kubernetes:networking.k8s.io/v1:NetworkPolicy models-front",
                "kubernetes:policy/v1:PodDisruptionBudget models-front",
            ].sort(),
        );
    });

    it("meets the restricted Pod Security Standard in every container, and mounts a read-only root in the front", async () => {
        await register({});
        for (const name of ["models-iris", "models-front"]) {
            const { spec } = (await find(DEPLOYMENT, name)).inputs as unknown as PodTemplate;
            expect(spec.template.spec.securityContext).toMatchObject({
                runAsNonRoot: true,
                seccompProfile: { type: "RuntimeDefault" },
            });
            expect(spec.template.spec.containers).toHaveLength(1);
            expect(spec.template.spec.containers[0]).toMatchObject({
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            });
            expect(spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
        }
        const front = (await find(DEPLOYMENT, "models-front")).inputs as unknown as PodTemplate;
        expect(front.spec.template.spec.containers[0]).toMatchObject({
            securityContext: { readOnlyRootFilesystem: true },
        });
    });

    it("keeps a terminating model serving for the age of DNS answers and its longest request", async () => {
        await register({
            models: { iris: { image: "iris:1", limits: { scoringTimeoutMs: 90_000 } } },
        });
        const { spec } = (await find(DEPLOYMENT, "models-iris")).inputs as unknown as PodTemplate;
        expect(spec.template.spec.containers[0]).toMatchObject({
            lifecycle: { preStop: { sleep: { seconds: 40 } } },
        });
        expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(40 + 90);
    });

    it("updates models with GPUs on the same GPUs, unless there are spare ones", async () => {
        const model = { image: "a:1", replicas: 2 };
        await register({
            models: { none: model, same: { ...model, gpu: 1 }, spare: { ...model, gpu: 1, spareGpu: true } },
        });
        const strategies = [];
        for (const name of ["none", "same", "spare"]) {
            const { inputs } = await find(DEPLOYMENT, `models-${name}`);
            strategies.push((inputs as unknown as PodTemplate).spec.strategy);
        }
        const additional = { rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } };
        expect(strategies).toMatchObject([
            additional,
            { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
            additional,
        ]);
    });

    it("sets the number of replicas only without an autoscaler", async () => {
        await register({
            models: {
                fixed: { image: "a:1", replicas: 3 },
                scaled: {
                    image: "a:1",
                    autoscale: { minReplicas: 2, maxReplicas: 5, targetUtilization: 50 },
                },
            },
        });
        const scaled = (await find(DEPLOYMENT, "models-scaled")).inputs as unknown as PodTemplate;
        expect(scaled.spec.replicas).toBeUndefined();
        const fixed = (await find(DEPLOYMENT, "models-fixed")).inputs as unknown as PodTemplate;
        expect(fixed.spec.replicas).toBe(3);
        const { inputs, name } = await find("kubernetes:autoscaling/v2:HorizontalPodAutoscaler");
        expect(name).toBe("models-scaled");
        expect(inputs.spec).toMatchObject({
            scaleTargetRef: { kind: "Deployment", name: "models-scaled" },
            minReplicas: 2,
            maxReplicas: 5,
            metrics: [{ resource: { name: "cpu", target: { averageUtilization: 50 } } }],
        });
    });

    it("passes the progress deadline of a model to Kubernetes", async () => {
        await register({ models: { iris: { image: "iris:1", progressDeadlineSeconds: 60 } } });
        const { inputs } = await find(DEPLOYMENT, "models-iris");
        expect(inputs.spec).toMatchObject({ progressDeadlineSeconds: 60 });
    });

    it("uses the region of the attached cluster, and assigns its identity the role on the service's resource group", async () => {
        const { fqdn } = await register({ location: undefined });
        expect(fqdn).toMatch(/^models\w{6}\.northeurope\.cloudapp\.azure\.com$/);
        const { inputs } = await find("azure-native:authorization:RoleAssignment");
        expect(inputs).toMatchObject({
            scope: "/subscriptions/s/resourceGroups/group",
            principalId: "the-cluster",
            principalType: "ServicePrincipal",
            roleDefinitionId: expect.stringMatching(/4d97b98b-1d4f-4787-a291-c67834d212e7$/) as string,
        });
        expect(registered.map(({ type }) => type)).not.toContain(CLUSTER_TYPE);
        expect((await find(SERVICE, "models-front")).inputs).toMatchObject({
            metadata: {
                annotations: {
                    "service.beta.kubernetes.io/azure-load-balancer-resource-group": "group",
                    "service.beta.kubernetes.io/azure-pip-name": expect.stringMatching(
                        /^models-\w{6}$/,
                    ) as string,
                },
            },
        });
    });

    it("pulls images with the logins of several registries", async () => {
        const registries = ["a.azurecr.io", "index.docker.io"].map(server => ({
            server,
            username: "me",
            password: "p",
        }));
        await register({ registries });
        const { inputs } = await find("kubernetes:core/v1:Secret", "models-registry");
        const { stringData } = unmarked(inputs) as { stringData: Record<string, string> };
        expect(JSON.parse(stringData[".dockerconfigjson"] ?? "")).toEqual({
            auths: {
                "a.azurecr.io": { username: "me", password: "p", auth: "bWU6cA==" },
                "index.docker.io": { username: "me", password: "p", auth: "bWU6cA==" },
            },
        });
    });

    it("lets the load balancer keep connections for as long as a model may be silent", async () => {
        const annotations = async (limits: object) => {
            registered = [];
            await register({ models: { iris: { image: "iris:1", limits } } });
            const { inputs } = await find(SERVICE, "models-front");
            return (inputs.metadata as { annotations: object }).annotations;
        };
        const name = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";
        expect(await annotations({})).not.toHaveProperty([name]);
        expect(await annotations({ scoringTimeoutMs: 600_000 })).toHaveProperty([name], "12");
    });

    it("creates a cluster that enforces network policies", async () => {
        await register({ cluster: { create: {} } });
        const { inputs } = await find(CLUSTER_TYPE);
        expect(inputs).toMatchObject({
            identity: { type: "SystemAssigned" },
            agentPoolProfiles: [{ count: 3, mode: "System" }],
            networkProfile: { networkPolicy: "cilium", networkPluginMode: "overlay" },
        });
    });

    it("uses the user's kubeconfig and does not call Azure", async () => {
        const kubeconfig = JSON.stringify({
            clusters: [{ name: "a" }],
            contexts: [{ name: "a" }],
            users: [{ name: "a" }],
            "current-context": "a",
        });
        await register({ cluster: { attach: { kubeconfig } } });
        await find(SERVICE, "models-front");
        expect(invoked).toEqual([]);
        expect(registered.map(({ type }) => type)).not.toContain("azure-native:authorization:RoleAssignment");
    });

    it("creates an internal service without a public address, and an A record for it", async () => {
        const outputs = await register({
            loadBalancer: { type: LoadBalancerType.InternalLoadBalancer, subnetName: "apps" },
            tls: { mode: TlsMode.Disabled, hostname: "score.contoso.com" },
            dns: { zoneName: "contoso.com" },
        });
        expect(outputs.fqdn).toBeUndefined();
        expect(outputs.ipAddress).toBe("10.0.0.7");
        expect(registered.map(({ type }) => type)).not.toContain(PUBLIC_IP);
        expect((await find(SERVICE, "models-front")).inputs).toMatchObject({
            metadata: {
                annotations: {
                    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
                    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": "apps",
                },
            },
        });
        expect((await find("azure-native:dns:RecordSet")).inputs).toMatchObject({
            recordType: "A",
            aRecords: [{ ipv4Address: "10.0.0.7" }],
        });
    });

    it("creates an alias record at the apex of the zone, and describes the records of other domains", async () => {
        const { dnsRecords, services, fqdn } = await register({
            models: { iris: { image: "iris:1", hostname: "iris.fabrikam.com" } },
            tls: { mode: TlsMode.Disabled, hostname: "contoso.com" },
            dns: { zoneName: "contoso.com" },
        });
        expect((await find("azure-native:dns:RecordSet")).inputs).toMatchObject({
            relativeRecordSetName: "@",
            recordType: "A",
            targetResource: { id: expect.stringContaining("publicIPAddresses/models") as string },
        });
        expect(dnsRecords).toEqual([
            { name: "contoso.com", zone: "contoso.com", type: "A", value: "10.0.0.7", ttl: 300 },
            { name: "iris.fabrikam.com", type: "CNAME", value: fqdn, ttl: 300 },
        ]);
        expect(services).toEqual({
            iris: {
                scoringUri: "http://iris.fabrikam.com/score",
                swaggerUri: "http://iris.fabrikam.com/swagger.json",
            },
        });
    });

    it("outputs the HTTPS address of a model with allowPlainHttp first, and the plain one beside it", async () => {
        const { services } = await register({
            tls: { mode: TlsMode.Custom, secretName: "kept", hostname: "score.contoso.com" },
            models: {
                iris: { image: "iris:1", allowPlainHttp: true },
                wine: { image: "wine:1", allowPlainHttp: true, hostname: "wine.contoso.com" },
                open: { image: "open:1" },
            },
        });
        const at = (base: string) => ({ scoringUri: `${base}/score`, swaggerUri: `${base}/swagger.json` });
        const path = "score.contoso.com/api/v1/service";
        expect(JSON.stringify(services)).toBe(
            JSON.stringify({
                iris: { ...at(`https://${path}/iris`), plainHttp: at(`http://${path}/iris`) },
                wine: { ...at("https://wine.contoso.com"), plainHttp: at("http://wine.contoso.com") },
                open: at(`https://${path}/open`),
            }),
        );
    });

    it("mounts the Secret of tls.secretName, and creates no certificate", async () => {
        await register({
            tls: { mode: TlsMode.Custom, secretName: "kept", hostname: "score.contoso.com" },
        });
        const { inputs } = await find(DEPLOYMENT, "models-front");
        const { volumes } = (inputs as unknown as PodTemplate).spec.template.spec;
        expect(volumes.find(({ name }) => name === "secrets")).toMatchObject({
            projected: {
                sources: expect.arrayContaining([
                    {
                        secret: {
                            name: "kept",
                            items: [
                                { key: "tls.crt", path: "certificate.pem" },
                                { key: "tls.key", path: "certificate.pem.key" },
                            ],
                        },
                    },
                ]) as unknown,
            },
        });
        expect(registered.some(({ type }) => type.startsWith("tls:"))).toBe(false);
    });

    it("knows every scoring URI at the first preview", async () => {
        const { services } = await register({ cluster: { create: {} } }, { preview: true });
        const { scoringUri } = (services as Record<string, { scoringUri: string }>).iris!;
        expect(scoringUri).toMatch(
            /^http:\/\/models\w{6}\.westeurope\.cloudapp\.azure\.com\/api\/v1\/service\/iris\/score$/,
        );
    });
});
