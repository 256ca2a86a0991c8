import * as z from "zod";
import {
    AccessLog,
    AcmeChallenge,
    ClusterPurpose,
    DnsRecordType,
    Environment,
    GpuSku,
    LoadBalancerType,
    MinimumTlsVersion,
    TlsMode,
} from "../components";
import { zoneProblem } from "../components/dns/zone-name";
import { hostnameProblem } from "../components/shared/host-name";
import { resourceGroupName } from "../components/shared/rules/text";
import { anyForm, anyText, flag, number, type Texts } from "./values";

/** The Azure service that runs the models. */
export enum Hosting {
    /** One model on Azure Container Instances: `SecureAciInference`. */
    ContainerInstances = "ContainerInstances",
    /** Any number of models on Azure Kubernetes Service: `SecureAksInference`. */
    Kubernetes = "Kubernetes",
}

/** The schemas for the texts in a top-level setting. */
type TextsOf = (setting: string) => Texts;

const probe = z.strictObject({
    initialDelaySeconds: number.optional(),
    periodSeconds: number.optional(),
    timeoutSeconds: number.optional(),
    successThreshold: number.optional(),
    failureThreshold: number.optional(),
});

const limits = z.strictObject({
    maxConcurrentRequestsPerContainer: number.optional(),
    maxQueueWaitMs: number.optional(),
    scoringTimeoutMs: number.optional(),
    maxRequestBodyBytes: number.optional(),
});
const acme = ({ plain, text, secret }: Texts) =>
    z.strictObject({
        directoryUrl: plain.optional(),
        email: text.optional(),
        challenge: z.enum(AcmeChallenge).optional(),
        externalAccountBinding: z
            .strictObject({ keyId: text.optional(), hmacKey: secret.optional() })
            .optional(),
        certificateAuthority: text.optional(),
        image: text.optional(),
        waitSeconds: number.optional(),
        /** Kubernetes only. */
        storageClassName: plain.optional(),
    });
const keys = ({ secret }: Texts) =>
    z.strictObject({
        enabled: flag.optional(),
        primary: secret.optional(),
        secondary: secret.optional(),
    });
const registry = ({ plain, text, secret }: Texts) =>
    z.strictObject({
        server: plain,
        username: text.optional(),
        password: secret.optional(),
        /** Container Instances only. */
        managedIdentityId: plain.optional(),
    });
const container = ({ plain, text, secret }: Texts) => ({
    image: text,
    port: number.optional(),
    cpu: number.optional(),
    memoryInGB: number.optional(),
    cpuLimit: number.optional(),
    memoryInGBLimit: number.optional(),
    environment: z.record(z.string(), text).optional(),
    secretEnvironment: z.record(z.string(), secret).optional(),
    command: z.array(text).optional(),
    healthPath: plain.optional(),
    readiness: probe.optional(),
    liveness: probe.optional(),
});

/** Settings of both hostings. */
const common = (of: TextsOf) => ({
    /** The Azure service that runs the models. Settings of the other hosting are ignored. */
    hosting: z.enum(Hosting).default(Hosting.ContainerInstances),
    /** The component's name. On Container Instances also the model's, unless `model.name` is set. */
    name: of("name").plain.default("inference"),
    environment: z.enum(Environment).optional(),
    resourceGroup: z.strictObject({
        name: of("resourceGroup").plain,
        /** `false` uses an existing group. */
        create: flag.default(true),
    }),
    location: of("location").plain.optional(),
    leafDomainLabel: of("leafDomainLabel").plain.optional(),
    overwriteExistingDomain: flag.optional(),
    /** On Kubernetes, the default of every model. */
    limits: limits.optional(),
    tls: z
        .strictObject({
            mode: z.enum(TlsMode).default(TlsMode.Auto),
            hostname: of("tls").plain.optional(),
            certificate: of("tls").secret.optional(),
            /** Path of a PEM file instead of `certificate`, relative to the folder of the stack's configuration. */
            certificateFile: of("tls").plain.optional(),
            privateKey: of("tls").secret.optional(),
            /** Path of a PEM file instead of `privateKey`, relative to the folder of the stack's configuration. */
            privateKeyFile: of("tls").plain.optional(),
            pfx: of("tls").secret.optional(),
            /** Path of a PFX file instead of `pfx`, relative to the folder of the stack's configuration. */
            pfxFile: of("tls").plain.optional(),
            pfxPassword: of("tls").secret.optional(),
            trustedRoots: of("tls").plain.optional(),
            /** Path of a PEM file instead of `trustedRoots`, relative to the folder of the stack's configuration. */
            trustedRootsFile: of("tls").plain.optional(),
            minimumVersion: anyForm(MinimumTlsVersion).optional(),
            hstsMaxAgeSeconds: number.optional(),
            renewalTrigger: anyText.optional(),
            acme: acme(of("tls")).optional(),
            /** Kubernetes only. */
            secretName: of("tls").plain.optional(),
        })
        .prefault({}),
    dns: z
        .strictObject({
            zoneName: of("dns").plain,
            zoneResourceGroupName: of("dns").plain.optional(),
            /** `true` also creates the zone, in the stack's resource group. */
            createZone: flag.default(false),
            ttl: number.optional(),
            /** Kubernetes only. */
            recordType: z.enum(DnsRecordType).optional(),
        })
        .optional(),
    /** On Kubernetes, the default of every model. */
    keys: keys(of("keys")).optional(),
    front: z
        .strictObject({
            image: of("front").text.optional(),
            cpu: number.optional(),
            memoryInGB: number.optional(),
            accessLog: z.enum(AccessLog).optional(),
            /** Kubernetes only. */
            replicas: number.optional(),
        })
        .optional(),
    registries: z.array(registry(of("registries"))).optional(),
    /** The former name of `registries`, for one; the component warns about it. */
    registry: registry(of("registry")).optional(),
    /** Only changes of it matter, so a number or a date without quotes is accepted. */
    imageRenewalTrigger: anyText.optional(),
    tags: z.record(z.string(), of("tags").text).optional(),
});

/** Settings of Container Instances only. */
const containerInstances = (of: TextsOf) => ({
    containerGroupName: of("containerGroupName").plain.optional(),
    revisionTimeoutSeconds: number.optional(),
    model: z
        .strictObject({
            name: of("model").plain.optional(),
            ...container(of("model")),
            gpu: z.strictObject({ count: number, sku: z.enum(GpuSku) }).optional(),
        })
        .optional(),
    identity: z
        .strictObject({
            systemAssigned: flag.optional(),
            userAssignedIds: z.array(of("identity").plain).optional(),
        })
        .optional(),
    logAnalytics: z
        .strictObject({ workspaceId: of("logAnalytics").text, workspaceKey: of("logAnalytics").secret })
        .optional(),
});

/** Settings of Kubernetes only. */
const kubernetes = (of: TextsOf) => ({
    cluster: z
        .strictObject({
            create: z
                .strictObject({
                    purpose: z.enum(ClusterPurpose).optional(),
                    name: of("cluster").plain.optional(),
                    agentCount: number.optional(),
                    vmSize: of("cluster").plain.optional(),
                    kubernetesVersion: of("cluster").plain.optional(),
                    zones: z.array(anyText).optional(),
                    network: z
                        .strictObject({
                            subnetId: of("cluster").plain,
                            serviceCidr: of("cluster").plain.optional(),
                            dnsServiceIp: of("cluster").plain.optional(),
                        })
                        .optional(),
                })
                .optional(),
            attach: z
                .strictObject({
                    resourceId: of("cluster").plain.optional(),
                    resourceGroupName: of("cluster").plain.optional(),
                    clusterName: of("cluster").plain.optional(),
                    kubeconfig: of("cluster").secret.optional(),
                })
                .optional(),
        })
        .optional(),
    namespace: of("namespace").plain.optional(),
    loadBalancer: z
        .strictObject({
            type: z.enum(LoadBalancerType).optional(),
            subnetName: of("loadBalancer").plain.optional(),
            grantAccess: flag.optional(),
        })
        .optional(),
    models: z
        .record(
            z.string(),
            z.strictObject({
                ...container(of("models")),
                replicas: number.optional(),
                autoscale: z
                    .strictObject({
                        minReplicas: number.optional(),
                        maxReplicas: number.optional(),
                        targetUtilization: number.optional(),
                    })
                    .optional(),
                gpu: number.optional(),
                spareGpu: z.boolean().optional(),
                progressDeadlineSeconds: number.optional(),
                limits: limits.optional(),
                keys: keys(of("models")).optional(),
                allowPlainHttp: flag.optional(),
                /** The former name of `allowPlainHttp`; the component warns about it. */
                tlsDisabled: flag.optional(),
                hostname: of("models").plain.optional(),
                runAsUser: number.optional(),
                nodeSelector: z.record(z.string(), of("models").text).optional(),
                tolerations: z
                    .array(
                        z.strictObject({
                            key: of("models").text.optional(),
                            operator: of("models").plain.optional(),
                            value: of("models").text.optional(),
                            effect: of("models").plain.optional(),
                        }),
                    )
                    .optional(),
                serviceAccountName: of("models").plain.optional(),
                podLabels: z.record(z.string(), of("models").text).optional(),
            }),
        )
        .optional(),
});

/**
 * The settings of a stack: the arguments of the components by the same names, the resource group and the zone. The schema checks
 * types; the component checks values.
 */
export const schema = (of: TextsOf) =>
    z
        .strictObject({ ...common(of), ...containerInstances(of), ...kubernetes(of) })
        .superRefine((settings, context) => {
            const needed =
                settings.hosting === Hosting.Kubernetes
                    ? (["cluster", "models"] as const)
                    : (["model"] as const);
            for (const name of needed) {
                if (settings[name] !== undefined) continue;
                const message = `is missing; it is required with hosting ${settings.hosting}`;
                context.addIssue({ code: "custom", path: [name], message });
            }
            for (const { path, message } of createdProblems(settings)) {
                context.addIssue({ code: "custom", path, message });
            }
        });

interface Created {
    hosting: Hosting;
    resourceGroup: { name: string; create: boolean };
    tls: { hostname?: string };
    dns?: { zoneName: string; createZone: boolean; recordType?: DnsRecordType };
}

/** Why Azure would refuse what the stack itself creates. The component gets these names as outputs, too late for the preview. */
function createdProblems({
    hosting,
    resourceGroup,
    tls,
    dns,
}: Created): { path: string[]; message: string }[] {
    const problems: { path: string[]; message: string | undefined }[] = [];
    if (resourceGroup.create) {
        problems.push({ path: ["resourceGroup", "name"], message: resourceGroupName(resourceGroup.name) });
    }
    if (dns?.createZone) {
        const invalid = hostnameProblem(dns.zoneName);
        problems.push({ path: ["dns", "zoneName"], message: invalid });
        const apexAllowed = hosting === Hosting.Kubernetes && dns.recordType !== DnsRecordType.Cname;
        if (
            invalid === undefined &&
            tls.hostname !== undefined &&
            hostnameProblem(tls.hostname) === undefined
        ) {
            const message = zoneProblem(tls.hostname, dns.zoneName, apexAllowed);
            problems.push({ path: ["tls", "hostname"], message });
        }
    }
    return problems.filter((one): one is { path: string[]; message: string } => one.message !== undefined);
}
