import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../certificate/acme-arguments";
import type { Share } from "../model/container";
import { warnAboutAcmeNames } from "../certificate/acme-name-warnings";
import { issuerVariables, storedCertificateName } from "../certificate/issuer-environment";
import { CERTIFICATES_FOLDER, STORE_FOLDER } from "../front";
import { issuerContainerCommand } from "../issuer";
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

/** It sleeps nearly always; awake, it needs its memory. */
const SHARE: Share = { cpu: 0.05, memoryInGB: 0.125 };
/** Kubernetes tells that a deadline has passed a moment after it has. */
const PATIENCE_SECONDS = 15;
const MEMORY_LIMIT: Partial<Share> = { memoryInGB: 0.25 };

/**
 * What the rest of the service has to know of it. By DNS it comes first, and the fronts can wait for the certificate. By HTTP it comes
 * last: the authority asks the service itself, and public ones allow few vain attempts (Let's Encrypt: five an hour).
 */
export interface Issuer {
    /** Where the fronts find the certificate, and what the authority asks them for. */
    store: CertificateStore;
    /** Which one it is. */
    storedCertificate: pulumi.Output<string>;
    /** What comes before the fronts change. */
    beforeFronts: pulumi.Resource[];
    /** Where an update waits for the certificate by DNS. */
    loadBalancerHooks: pulumi.ResourceHookBinding | undefined;
    /** Lets it begin by HTTP, after all that leads to the fronts. */
    reachableBy(way: pulumi.Resource[]): void;
}

/** What it is for, and what it needs. */
export interface IssuerPlace {
    cluster: Cluster;
    scope: KubernetesScope;
    /** Absent with an internal load balancer. */
    address: PublicAddress | undefined;
    pullSecret: core.Secret | undefined;
    component: pulumi.Resource;
}

/** Gets one certificate for all names of the service, and renews it. */
export function issuer(acme: AcmeSettings, settings: AksSettings, place: IssuerPlace): Issuer {
    const { cluster, scope, address, pullSecret, component } = place;
    const name = objectName(scope, "issuer");
    const selector = labels(scope, "issuer", "issuer");
    const metadata = { name, namespace: scope.namespace, labels: selector };
    const store = certificateStore(settings.tls.storageClassName, scope);
    const identity =
        acme.challenge === AcmeChallenge.Dns01
            ? issuerIdentity(settings, cluster, scope, component)
            : undefined;
    const own = hostnames(settings);
    const names = own.length > 0 || !address ? own : [address.fqdn];
    warnAboutAcmeNames(acme, names, component);
    const stored = storedCertificateName(acme, names);
    const { plain, secret } = issuerVariables({
        acme,
        hostnames: names,
        renewalTrigger: settings.tls.renewalTrigger,
        zone: identity?.zone,
    });
    nobodyAsks(name, metadata, scope);
    const { waitSeconds } = acme;
    // By DNS the certificate can be there before the fronts: those that serve stay until it is.
    const readyWith = identity && waitSeconds > 0 ? stored : undefined;
    const args: apps.DeploymentArgs = {
        metadata,
        spec: {
            replicas: 1,
            progressDeadlineSeconds: readyWith && waitSeconds,
            selector: { matchLabels: selector },
            // Two would do no harm, as they wait for each other; they would do no good either.
            strategy: { type: "Recreate" },
            template: {
                metadata: { labels: selector },
                spec: podSpec(acme, store, identity, {
                    readinessProbe: readyWith && readiness(readyWith),
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
    // After the namespace in any case, by way of the claim.
    const deploy = (opts: pulumi.CustomResourceOptions) =>
        new apps.Deployment(name, args, { ...scope.opts, ...opts });
    const hooks = issuedCertificateHooks(acme, settings, { scope, address, component });
    const facts = { store, storedCertificate: stored };
    if (!identity) {
        return {
            ...facts,
            beforeFronts: [],
            loadBalancerHooks: undefined,
            reachableBy: way => void deploy({ dependsOn: way, hooks }),
        };
    }
    const patience = `${waitSeconds + PATIENCE_SECONDS}s`;
    const customTimeouts = readyWith && { create: patience, update: patience };
    const deployment = deploy({ dependsOn: identity.dependsOn, customTimeouts });
    return {
        ...facts,
        beforeFronts: readyWith ? [deployment] : [],
        loadBalancerHooks: hooks,
        reachableBy: () => undefined,
    };
}

/** What only some pods have, or what is only known later. */
interface PodParts {
    readinessProbe: input.core.v1.Probe | undefined;
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

/** Ready as soon as the certificate of this name is in the store. */
function readiness(certificate: pulumi.Output<string>): input.core.v1.Probe {
    const file = pulumi.interpolate`${STORE_FOLDER}/${CERTIFICATES_FOLDER}/${certificate}.pem`;
    return { exec: { command: ["test", "-s", file] }, periodSeconds: 2, timeoutSeconds: 5 };
}

/** It asks others; nobody has to ask it anything: what the authority asks for, the fronts answer. */
function nobodyAsks(name: string, metadata: input.meta.v1.ObjectMeta, scope: KubernetesScope): void {
    new networking.NetworkPolicy(
        name,
        {
            metadata,
            spec: { podSelector: { matchLabels: metadata.labels }, policyTypes: ["Ingress"], ingress: [] },
        },
        scope.opts,
    );
}
