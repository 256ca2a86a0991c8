import * as z from "zod";
import {
    AcmeChallenge,
    ClusterPurpose,
    DnsRecordType,
    Environment,
    GpuSku,
    LoadBalancerType,
    MinimumTlsVersion,
    TlsMode,
} from "../components";

/** The Azure service that runs the models. */
export enum Hosting {
    /** One model on Azure Container Instances: `SecureAciInference`. */
    ContainerInstances = "ContainerInstances",
    /** Any number of models on Azure Kubernetes Service: `SecureAksInference`. */
    Kubernetes = "Kubernetes",
}

/** `pulumi config set --path` stores 0.5 as text and 5 as a number, so both are accepted. */
const number = z.preprocess(
    value => (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
    z.number(),
);
const asText = (value: unknown): unknown =>
    typeof value === "number" || typeof value === "boolean" ? String(value) : value;
const text = z.preprocess(asText, z.string());
const texts = z.record(z.string(), text);
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
const acme = z.strictObject({
    directoryUrl: text.optional(),
    email: text.optional(),
    challenge: z.enum(AcmeChallenge).optional(),
    externalAccountBinding: z.strictObject({ keyId: text.optional(), hmacKey: text.optional() }).optional(),
    certificateAuthority: text.optional(),
    image: text.optional(),
    waitSeconds: number.optional(),
    /** Kubernetes only. */
    storageClassName: text.optional(),
});
const keys = z.strictObject({
    enabled: z.boolean().optional(),
    primary: text.optional(),
    secondary: text.optional(),
});
const container = {
    image: text,
    port: number.optional(),
    cpu: number.optional(),
    memoryInGB: number.optional(),
    cpuLimit: number.optional(),
    memoryInGBLimit: number.optional(),
    environment: texts.optional(),
    secretEnvironment: texts.optional(),
    command: z.array(text).optional(),
    healthPath: text.optional(),
    readiness: probe.optional(),
    liveness: probe.optional(),
};

/** Settings of both hostings. */
const common = {
    /** The Azure service that runs the models. Settings of the other hosting are ignored. */
    hosting: z.enum(Hosting).default(Hosting.ContainerInstances),
    /** The component's name. On Container Instances also the model's, unless `model.name` is set. */
    name: text.default("inference"),
    environment: z.enum(Environment).optional(),
    resourceGroup: z.strictObject({
        name: text,
        /** `false` uses an existing group. */
        create: z.boolean().default(true),
    }),
    location: text.optional(),
    leafDomainLabel: text.optional(),
    overwriteExistingDomain: z.boolean().optional(),
    /** On Kubernetes, the default of every model. */
    limits: limits.optional(),
    tls: z
        .strictObject({
            mode: z.enum(TlsMode).default(TlsMode.Auto),
            hostname: text.optional(),
            certificate: text.optional(),
            /** Path of a PEM file instead of `certificate`, relative to the folder of the stack's configuration. */
            certificateFile: text.optional(),
            privateKey: text.optional(),
            /** Path of a PEM file instead of `privateKey`, relative to the folder of the stack's configuration. */
            privateKeyFile: text.optional(),
            pfx: text.optional(),
            /** Path of a PFX file instead of `pfx`, relative to the folder of the stack's configuration. */
            pfxFile: text.optional(),
            pfxPassword: text.optional(),
            minimumVersion: z.preprocess(asText, z.enum(MinimumTlsVersion)).optional(),
            hstsMaxAgeSeconds: number.optional(),
            renewalTrigger: text.optional(),
            acme: acme.optional(),
            /** Kubernetes only. */
            secretName: text.optional(),
        })
        .prefault({}),
    dns: z
        .strictObject({
            zoneName: text,
            zoneResourceGroupName: text.optional(),
            /** `true` also creates the zone, in the stack's resource group. */
            createZone: z.boolean().default(false),
            ttl: number.optional(),
            /** Kubernetes only. */
            recordType: z.enum(DnsRecordType).optional(),
        })
        .optional(),
    /** On Kubernetes, the default of every model. */
    keys: keys.optional(),
    front: z
        .strictObject({
            image: text.optional(),
            cpu: number.optional(),
            memoryInGB: number.optional(),
            /** Kubernetes only. */
            replicas: number.optional(),
        })
        .optional(),
    registry: z
        .strictObject({
            server: text,
            username: text.optional(),
            password: text.optional(),
            /** Container Instances only. */
            managedIdentityId: text.optional(),
        })
        .optional(),
    imageRenewalTrigger: text.optional(),
    tags: texts.optional(),
};

/** Settings of Container Instances only. */
const containerInstances = {
    containerGroupName: text.optional(),
    revisionTimeoutSeconds: number.optional(),
    model: z
        .strictObject({
            name: text.optional(),
            ...container,
            gpu: z.strictObject({ count: number, sku: z.enum(GpuSku) }).optional(),
        })
        .optional(),
    identity: z
        .strictObject({
            systemAssigned: z.boolean().optional(),
            userAssignedIds: z.array(text).optional(),
        })
        .optional(),
    logAnalytics: z.strictObject({ workspaceId: text, workspaceKey: text }).optional(),
};

/** Settings of Kubernetes only. */
const kubernetes = {
    cluster: z
        .strictObject({
            create: z
                .strictObject({
                    purpose: z.enum(ClusterPurpose).optional(),
                    name: text.optional(),
                    agentCount: number.optional(),
                    vmSize: text.optional(),
                    kubernetesVersion: text.optional(),
                    zones: z.array(text).optional(),
                    network: z
                        .strictObject({
                            subnetId: text,
                            serviceCidr: text.optional(),
                            dnsServiceIp: text.optional(),
                        })
                        .optional(),
                })
                .optional(),
            attach: z
                .strictObject({
                    resourceId: text.optional(),
                    resourceGroupName: text.optional(),
                    clusterName: text.optional(),
                    kubeconfig: text.optional(),
                })
                .optional(),
        })
        .optional(),
    namespace: text.optional(),
    loadBalancer: z
        .strictObject({
            type: z.enum(LoadBalancerType).optional(),
            subnetName: text.optional(),
            grantAccess: z.boolean().optional(),
        })
        .optional(),
    models: z
        .record(
            z.string(),
            z.strictObject({
                ...container,
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
                keys: keys.optional(),
                allowPlainHttp: z.boolean().optional(),
                /** The former name of `allowPlainHttp`; the component warns about it. */
                tlsDisabled: z.boolean().optional(),
                hostname: text.optional(),
                runAsUser: number.optional(),
                nodeSelector: texts.optional(),
                tolerations: z
                    .array(
                        z.strictObject({
                            key: text.optional(),
                            operator: text.optional(),
                            value: text.optional(),
                            effect: text.optional(),
                        }),
                    )
                    .optional(),
                serviceAccountName: text.optional(),
                podLabels: texts.optional(),
            }),
        )
        .optional(),
};

/**
 * The settings of a stack: the arguments of the components by the same names, the resource group and the zone. The schema checks
 * types; the component checks values.
 */
export const schema = z
    .strictObject({ ...common, ...containerInstances, ...kubernetes })
    .superRefine((settings, context) => {
        const needed =
            settings.hosting === Hosting.Kubernetes ? (["cluster", "models"] as const) : (["model"] as const);
        for (const name of needed) {
            if (settings[name] !== undefined) continue;
            const message = `is missing; it is required with hosting ${settings.hosting}`;
            context.addIssue({ code: "custom", path: [name], message });
        }
    });
