import { beforeEach, describe, expect, it } from "vitest";
import { LoadBalancerType, SecureAksInference, type SecureAksInferenceArgs } from "../../../components";
import { issuerHeartbeatCommand } from "../../../components/issuer";
import { oidcIssuerProblem } from "../../../components/aks/issuer-identity";
import { collectWarnings, inputsOf, recordInto, type Registered, registrations } from "../../support/mocks";
import { AZURE, CLUSTER, IDENTITY, ZONE_ID } from "./azure";

const BY_DNS: Partial<SecureAksInferenceArgs> = {
    tls: { hostname: "score.contoso.com" },
    dns: { zoneName: "contoso.com", zoneResourceGroupName: "dns" },
};

let registered: Registered[];
let warnings: string[];

beforeEach(() => {
    registered = [];
    warnings = collectWarnings();
});

/** Registers the component with mocks. `preview` leaves ids and outputs unknown, as providers do. */
async function register(args: Partial<SecureAksInferenceArgs>, preview = false): Promise<SecureAksInference> {
    await recordInto(registered, { ...AZURE, preview });
    const service = new SecureAksInference("models", {
        resourceGroupName: "group",
        cluster: { attach: { resourceGroupName: "ml", clusterName: "shared" } },
        models: { iris: { image: "iris:1", keys: { enabled: false } } },
        ...args,
    });
    await registrations();
    return service;
}

const HEARTBEAT = { exec: { command: [...issuerHeartbeatCommand] } };
const CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";

function find(type: string, name: string): Registered["inputs"] {
    return inputsOf(registered, type, name);
}

interface Pod {
    containers: [
        {
            env: { name: string; value: string }[];
            envFrom?: unknown;
            volumeMounts: object[];
            securityContext: object;
            image: string;
            readinessProbe?: object;
        },
    ];
    volumes: object[];
    securityContext: object;
    serviceAccountName?: string;
    automountServiceAccountToken: boolean;
}

function pod(name: string): Pod {
    const { spec } = find(DEPLOYMENT, name) as { spec: { template: { spec: Pod } } };
    return spec.template.spec;
}

describe("TlsMode.Auto on Kubernetes", () => {
    it("is the default, and adds a volume claim, an issuer, and a placeholder certificate for ten years", async () => {
        const service = await register({});
        expect(find(CLAIM, "models-certificates")).toMatchObject({
            spec: { accessModes: ["ReadWriteMany"], storageClassName: "azurefile-csi" },
        });
        expect(find(DEPLOYMENT, "models-issuer")).toMatchObject({
            spec: { replicas: 1, strategy: { type: "Recreate" } },
        });
        expect(find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "models-issuer")).toMatchObject({
            spec: { policyTypes: ["Ingress"], ingress: [] },
        });
        expect(find("tls:index/selfSignedCert:SelfSignedCert", "models-placeholder")).toMatchObject({
            subject: { commonName: "placeholder until the certificate is issued" },
            validityPeriodHours: 87_600,
        });
        find("kubernetes:core/v1:Service", "models-front");
        for (const type of [IDENTITY, CREDENTIAL, "kubernetes:core/v1:ServiceAccount"]) {
            expect(registered.map(one => one.type)).not.toContain(type);
        }
        const certificate = await new Promise(resolve => service.certificate.apply(resolve));
        expect(certificate).toBeUndefined();
    });

    it("mounts the volume writable in the issuer and read-only in the fronts, which all meet the restricted Pod Security Standard", async () => {
        await register({});
        const claim = { name: "certificate-store", mountPath: "/run/certificate-store" };
        for (const [name, readOnly] of [
            ["models-issuer", false],
            ["models-front", true],
        ] as const) {
            const { containers, volumes, securityContext } = pod(name);
            expect(containers[0].volumeMounts).toContainEqual({ ...claim, readOnly });
            expect(volumes).toContainEqual({
                name: "certificate-store",
                persistentVolumeClaim: { claimName: "models-certificates", readOnly },
            });
            expect(securityContext).toMatchObject({ runAsNonRoot: true });
            expect(containers[0].securityContext).toMatchObject({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
        }
    });

    it("gives the issuer an identity with write access to the zone, by a token of its service account", async () => {
        await register(BY_DNS);
        expect(find(CREDENTIAL, "models-issuer")).toEqual({
            federatedIdentityCredentialResourceName: undefined,
            resourceGroupName: "group",
            resourceName: "models-issuer0123",
            issuer: CLUSTER.oidcIssuerProfile.issuerURL,
            subject: expect.stringMatching(/^system:serviceaccount:models-\w{6}:models-issuer$/) as string,
            audiences: ["api://AzureADTokenExchange"],
        });
        expect(find("azure-native:authorization:RoleAssignment", "models-issuer-zone")).toMatchObject({
            scope: ZONE_ID,
            principalId: "the-issuer",
            principalType: "ServicePrincipal",
            roleDefinitionId:
                "/subscriptions/zones/providers/Microsoft.Authorization/roleDefinitions/befefa01-2a29-4197-83a8-272ff33ce314",
        });
        const { containers, volumes, serviceAccountName, automountServiceAccountToken } =
            pod("models-issuer");
        expect(serviceAccountName).toBe("models-issuer");
        expect(automountServiceAccountToken).toBe(false);
        expect(containers[0].env).toEqual(
            expect.arrayContaining([
                { name: "AZURE_CLIENT_ID", value: "the-client" },
                { name: "AZURE_ZONE_NAME", value: "contoso.com" },
                { name: "AZURE_RESOURCE_GROUP", value: "dns" },
                { name: "AZURE_SUBSCRIPTION_ID", value: "zones" },
                { name: "AZURE_TOKEN_CREDENTIALS", value: "WorkloadIdentityCredential" },
                { name: "AZURE_TENANT_ID", value: "t" },
                {
                    name: "AZURE_FEDERATED_TOKEN_FILE",
                    value: "/var/run/secrets/azure/tokens/azure-identity-token",
                },
                { name: "AZURE_AUTHORITY_HOST", value: "https://login.microsoftonline.com/" },
            ]),
        );
        expect(volumes).toContainEqual({
            name: "azure-identity",
            projected: {
                sources: [
                    {
                        serviceAccountToken: {
                            audience: "api://AzureADTokenExchange",
                            expirationSeconds: 3600,
                            path: "azure-identity-token",
                        },
                    },
                ],
            },
        });
    });

    it("makes the fronts wait for the certificate with Dns01, which issues before them", async () => {
        await register(BY_DNS);
        expect(pod("models-issuer").containers[0].readinessProbe).toMatchObject({
            exec: {
                command: [
                    "test",
                    "-s",
                    expect.stringMatching(
                        /^\/run\/certificate-store\/certificates\/score\.contoso\.com-\w+\.pem$/,
                    ),
                ],
            },
        });
        registered = [];
        await register({});
        expect(pod("models-issuer").containers[0].readinessProbe).toMatchObject(HEARTBEAT);
    });

    it("has the probes and requests that Deployment Safeguards of AKS want", async () => {
        await register(BY_DNS);
        for (const name of ["models-front", "models-issuer", "models-iris"]) {
            for (const container of pod(name).containers) {
                expect(container).toMatchObject({
                    livenessProbe: {},
                    readinessProbe: {},
                    resources: {
                        requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
                    },
                });
            }
        }
        expect(pod("models-issuer").containers[0]).toMatchObject({
            livenessProbe: HEARTBEAT,
            resources: { requests: { cpu: "100m" } },
        });
    });

    it("enables the OIDC issuer of a new cluster", async () => {
        await register({ cluster: { create: {} }, location: "westeurope" });
        expect(find("azure-native:containerservice:ManagedCluster", "models")).toMatchObject({
            oidcIssuerProfile: { enabled: true },
        });
    });

    it("changes only the Deployment of the issuer for a renewal", async () => {
        await register({ ...BY_DNS, tls: { ...BY_DNS.tls, renewalTrigger: "first" } });
        find("azure-native:dns:RecordSet", "models-address");
        const first = registered;
        registered = [];
        await register({ ...BY_DNS, tls: { ...BY_DNS.tls, renewalTrigger: "second" } });
        find("azure-native:dns:RecordSet", "models-address");
        const text = (all: Registered[]): string[] => all.map(one => JSON.stringify(one)).sort();
        const changed = text(registered).filter(one => !text(first).includes(one));
        expect(changed).toHaveLength(1);
        expect(changed[0]).toContain('"name":"models-issuer"');
        expect(changed[0]).toContain(DEPLOYMENT);
    });

    it("puts the key of the account binding only into a Secret", async () => {
        await register({
            tls: { acme: { externalAccountBinding: { keyId: "kid-1", hmacKey: "hunter2-hunter2-hunter2" } } },
        });
        find("kubernetes:core/v1:Service", "models-front");
        const holding = registered.filter(one => JSON.stringify(one).includes("hunter2"));
        expect(holding.map(({ type, name }) => [type, name])).toEqual([
            ["kubernetes:core/v1:Secret", "models-issuer-environment"],
        ]);
    });

    it("warns of the shared rate limit of Azure's host names, and of host names that are not on the internet", async () => {
        await register({});
        expect(warnings).toEqual([expect.stringContaining("cloudapp.azure.com")]);
        warnings.length = 0;
        await register({ tls: { hostname: "score.contoso.test" } });
        expect(warnings).toEqual([expect.stringContaining("score.contoso.test")]);
    });

    it("requests one certificate for all host names", async () => {
        await register({
            models: {
                iris: { image: "a:1", hostname: "iris.contoso.com", keys: { enabled: false } },
                wine: { image: "b:1", hostname: "Wine.contoso.com", keys: { enabled: false } },
            },
            ...BY_DNS,
        });
        const { containers } = pod("models-issuer");
        expect(containers[0].env.map(one => one.value).join(" ")).toMatch(
            /score\.contoso\.com\W+iris\.contoso\.com\W+wine\.contoso\.com/,
        );
    });

    it("registers the same resources at preview with a new cluster", async () => {
        await register({ cluster: { create: {} }, location: "westeurope", ...BY_DNS }, true);
        find(CREDENTIAL, "models-issuer");
        find(DEPLOYMENT, "models-issuer");
    });

    it("works behind an internal load balancer only with Dns01", async () => {
        const loadBalancer = { type: LoadBalancerType.InternalLoadBalancer };
        await expect(register({ loadBalancer, tls: { hostname: "score.contoso.com" } })).rejects.toThrow(
            /1 invalid argument/,
        );
        await register({ loadBalancer, ...BY_DNS });
        find(DEPLOYMENT, "models-issuer");
    });

    it("reports an attached cluster without an OIDC issuer", () => {
        expect(oidcIssuerProblem("")).toContain("az aks update --enable-oidc-issuer");
        expect(oidcIssuerProblem(CLUSTER.oidcIssuerProfile.issuerURL)).toBeUndefined();
    });
});
