import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../certificate/acme-arguments";
import type { Share } from "../model/container";
import { warnAboutAcmeNames } from "../certificate/acme-name-warnings";
import {
    type IssuerEnvironment,
    issuerVariables,
    storedCertificateName,
} from "../certificate/issuer-environment";
import { CERTIFICATES_FOLDER, STORE_FOLDER } from "../front";
import { issuerContainerCommand, issuerHeartbeatCommand } from "../issuer";
import type { PublicAddress } from "./address";
import { issuedCertificateHooks } from "./certificate-wait";
import { certificateStore, type CertificateStore } from "./certificate-store";
import type { Cluster } from "./cluster";
import { type IssuerIdentity, issuerIdentity } from "./issuer-identity";
import { type KubernetesScope, labels, objectName } from "./kubernetes-scope";
import { hostnames } from "./dns-records";
import { ANY_USER, quantities, RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pod";
import { secretEnvironment } from "./secret-environment";
import type { AksSettings } from "./settings";

/** Small, because the issuer sleeps almost always. Deployment Safeguards of AKS want requests and both probes. */
const SHARE: Share = { cpu: 0.1, memoryInGB: 0.125 };
const MEMORY_LIMIT: Partial<Share> = { memoryInGB: 0.25 };
/** Added to the timeout of the provider, because Kubernetes reports an exceeded deadline a moment after it. */
const DEADLINE_MARGIN_SECONDS = 15;

/**
 * The issuer, and what the rest of the service needs from it. With DNS-01 it starts before the fronts, which can wait for the certificate.
 * With HTTP-01 it starts last: the authority connects to the service itself, and public authorities allow few failed attempts (Let's
 * Encrypt: five an hour).
 */
export interface Issuer {
    /** The store with the certificate and the HTTP-01 challenge files. The fronts mount it. */
    store: CertificateStore;
    /** The name of the certificate in the store. */
    storedCertificate: pulumi.Output<string>;
    /** Resources that the fronts depend on. */
    beforeFronts: pulumi.Resource[];
    /** With DNS-01, the hooks that wait until the fronts serve the certificate. */
    loadBalancerHooks: pulumi.ResourceHookBinding | undefined;
    /** With HTTP-01, starts the issuer after the resources through which the authority reaches the fronts. */
    startAfter(path: pulumi.Resource[]): void;
}

/** What the issuer is created from, besides the settings. */
export interface IssuerContext {
    cluster: Cluster;
    scope: KubernetesScope;
    /** Undefined with an internal load balancer. */
    address: PublicAddress | undefined;
    pullSecret: core.Secret | undefined;
    component: pulumi.Resource;
}

/** Creates the issuer, which orders one certificate for all names of the service that can be validated, and renews it. */
export function issuer(acme: AcmeSettings, settings: AksSettings, context: IssuerContext): Issuer {
    const { cluster, scope, address, pullSecret, component } = context;
    const name = objectName(scope, "issuer");
    const store = certificateStore(settings.tls.storageClassName, scope);
    const identity =
        acme.challenge === AcmeChallenge.Dns01
            ? issuerIdentity(settings, cluster, scope, component)
            : undefined;
    const custom = hostnames(settings);
    const names = custom.length > 0 || !address ? custom : [address.fqdn];
    warnAboutAcmeNames(acme, names, component);
    const storedCertificate = storedCertificateName(acme, names);
    denyIngress(name, scope);
    const { waitSeconds } = acme;
    // With DNS-01 the certificate can be issued before the fronts change. The running fronts stay until then.
    const readyWith = identity && waitSeconds > 0 ? storedCertificate : undefined;
    const variables = issuerVariables({
        acme,
        hostnames: names,
        renewalTrigger: settings.tls.renewalTrigger,
        zone: identity?.zone,
    });
    const args = deploymentArgs(name, { acme, store, identity, readyWith, pullSecret }, variables, scope);
    // The claim of the store depends on the namespace, so this does too.
    const deploy = (opts: pulumi.CustomResourceOptions) =>
        new apps.Deployment(name, args, { ...scope.opts, ...opts });
    const hooks = issuedCertificateHooks(acme, settings, { scope, address, component });
    const common = { store, storedCertificate };
    if (!identity) {
        return {
            ...common,
            beforeFronts: [],
            loadBalancerHooks: undefined,
            startAfter: path => void deploy({ dependsOn: path, hooks }),
        };
    }
    const timeout = `${waitSeconds + DEADLINE_MARGIN_SECONDS}s`;
    const customTimeouts = readyWith && { create: timeout, update: timeout };
    const deployment = deploy({ dependsOn: identity.dependsOn, customTimeouts });
    return {
        ...common,
        beforeFronts: readyWith ? [deployment] : [],
        loadBalancerHooks: hooks,
        startAfter: () => undefined,
    };
}

interface IssuerParts {
    acme: AcmeSettings;
    store: CertificateStore;
    identity: IssuerIdentity | undefined;
    /** The pod is ready once this certificate is in the store; undefined: once it works. */
    readyWith: pulumi.Output<string> | undefined;
    pullSecret: core.Secret | undefined;
}

function deploymentArgs(
    name: string,
    { acme, store, identity, readyWith, pullSecret }: IssuerParts,
    { plain, secret }: IssuerEnvironment,
    scope: KubernetesScope,
): apps.DeploymentArgs {
    const selector = issuerLabels(scope);
    return {
        metadata: { name, namespace: scope.namespace, labels: selector },
        spec: {
            replicas: 1,
            progressDeadlineSeconds: readyWith && acme.waitSeconds,
            selector: { matchLabels: selector },
            // The lease lets one pod at a time work, so a second one during an update would only wait.
            strategy: { type: "Recreate" },
            template: {
                metadata: { labels: selector },
                spec: podSpec(acme, store, identity, {
                    readinessProbe: readyWith ? readiness(readyWith) : working(1),
                    env: plain.apply(values =>
                        Object.entries(values).map(([variable, value]) => ({ name: variable, value })),
                    ),
                    envFrom:
                        Object.keys(secret).length > 0
                            ? secretEnvironment(name, secret, selector, scope)
                            : undefined,
                    imagePullSecrets: pullSecret && [{ name: pullSecret.metadata.name }],
                }),
            },
        },
    };
}

function issuerLabels(scope: KubernetesScope): Record<string, string> {
    return labels(scope, "issuer", "issuer");
}

/** The parts of the pod that depend on the challenge or are outputs. */
interface PodParts {
    readinessProbe: input.core.v1.Probe;
    env: pulumi.Output<input.core.v1.EnvVar[]>;
    envFrom: input.core.v1.EnvFromSource[] | undefined;
    imagePullSecrets: input.core.v1.LocalObjectReference[] | undefined;
}

function podSpec(
    acme: AcmeSettings,
    store: CertificateStore,
    identity: IssuerIdentity | undefined,
    { readinessProbe, env, envFrom, imagePullSecrets }: PodParts,
): input.core.v1.PodSpec {
    return {
        containers: [
            {
                name: "issuer",
                image: acme.image,
                command: [...issuerContainerCommand],
                env: env.apply(values => [...values, ...(identity?.env ?? [])]),
                envFrom,
                readinessProbe,
                // Twice in a row, so that a store that hangs for a moment does not end an order.
                livenessProbe: working(2),
                resources: { requests: quantities(SHARE), limits: quantities(MEMORY_LIMIT) },
                securityContext: { ...RESTRICTED_CONTAINER, readOnlyRootFilesystem: true },
                volumeMounts: [
                    store.mount(false),
                    { name: "temporary", mountPath: "/tmp" },
                    ...(identity ? [identity.mount] : []),
                ],
            },
        ],
        securityContext: { ...RESTRICTED_POD, runAsUser: ANY_USER, runAsGroup: ANY_USER, fsGroup: ANY_USER },
        serviceAccountName: identity?.serviceAccountName,
        automountServiceAccountToken: false,
        imagePullSecrets,
        volumes: [
            store.volume(false),
            { name: "temporary", emptyDir: {} },
            ...(identity ? [identity.volume] : []),
        ],
    };
}

/** The pod is ready once the certificate of this name is in the store. */
function readiness(certificate: pulumi.Output<string>): input.core.v1.Probe {
    const file = pulumi.interpolate`${STORE_FOLDER}/${CERTIFICATES_FOLDER}/${certificate}.pem`;
    return { exec: { command: ["test", "-s", file] }, periodSeconds: 2, timeoutSeconds: 5 };
}

/** The issuer works: it has written its heartbeat within the last minutes. */
function working(failureThreshold: number): input.core.v1.Probe {
    return {
        exec: { command: [...issuerHeartbeatCommand] },
        periodSeconds: 60,
        timeoutSeconds: 5,
        failureThreshold,
    };
}

/** Denies all connections to the issuer. It only opens connections; the fronts answer the authority. */
function denyIngress(name: string, scope: KubernetesScope): void {
    const selector = issuerLabels(scope);
    new networking.NetworkPolicy(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: selector },
            spec: { podSelector: { matchLabels: selector }, policyTypes: ["Ingress"], ingress: [] },
        },
        scope.opts,
    );
}
