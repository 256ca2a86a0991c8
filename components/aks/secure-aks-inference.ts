import * as pulumi from "@pulumi/pulumi";
import { servingCertificate } from "../certificate/serving-certificate";
import type { CertificateInfo } from "../certificate/certificate-info";
import { addressOf } from "../address/address";
import { AddressGuard } from "../address/address-guard";
import type { DnsRecord } from "../dns/record";
import { type ScoringKeys, scoringKeys } from "../keys/scoring-keys";
import { type DeployedImages, withDeployedImages } from "../images/deployed-images";
import { addressName, publicAddress } from "./address";
import { LoadBalancerType, type SecureAksInferenceArgs } from "./arguments";
import { cluster } from "./cluster";
import { pullSecret } from "./front-files";
import { issuer } from "./issuer";
import { dnsRecords, hostnames } from "./dns-records";
import { type KubernetesScope, kubernetesScope, objectName } from "./kubernetes-scope";
import { addressSettings, type ModelAddress, modelAddresses } from "./model-addresses";
import type { ModelSettings } from "./model-settings";
import { servingPath } from "./serving-path";
import { readArguments } from "./settings";

/**
 * Any number of machine-learning models behind one TLS front on Azure Kubernetes Service: a new cluster or a namespace of an
 * existing one, two or more HAProxy pods with a load balancer and a host name, a Deployment for each model, the certificate,
 * scoring keys, request limits and DNS records.
 *
 * @example
 * const models = new SecureAksInference("models", {
 *     resourceGroupName: group.name,
 *     cluster: { attach: { resourceGroupName: "ml", clusterName: "inference" } },
 *     models: {
 *         iris: { image: "contoso.azurecr.io/iris:7", cpu: 1, memoryInGB: 1.5, autoscale: { maxReplicas: 4 } },
 *         wine: { image: "contoso.azurecr.io/wine:3", replicas: 2 },
 *     },
 *     tls: { mode: TlsMode.Custom, hostname: "score.contoso.com", certificate, privateKey },
 *     dns: { zoneName: "contoso.com", zoneResourceGroupName: "dns" },
 * });
 * export const services = models.services;
 */
export class SecureAksInference extends pulumi.ComponentResource {
    /** The URIs of each model, by the model's name. */
    readonly services: pulumi.Output<{ [model: string]: ModelAddress }>;
    /** The scoring keys of each model that requires them, by the model's name. Secret. */
    readonly keys: pulumi.Output<{ [model: string]: ScoringKeys }>;
    /** The host name that Azure assigns to the public IP address. Absent with an internal load balancer. */
    readonly fqdn: pulumi.Output<string | undefined>;
    /** The IP address of the load balancer. */
    readonly ipAddress: pulumi.Output<string>;
    /** The DNS records that point the host names to the service. Create those without `zone` yourself. */
    readonly dnsRecords: pulumi.Output<DnsRecord[]>;
    /**
     * The certificate of the service. Absent with `TlsMode.Disabled`, and where it changes between updates: with `TlsMode.Auto`
     * and with `tls.secretName`.
     */
    readonly certificate: pulumi.Output<CertificateInfo | undefined>;
    /** The namespace of all Kubernetes objects of the service. */
    readonly namespace: pulumi.Output<string>;
    /** The kubeconfig of the cluster. Secret. Absent when a Kubernetes provider was passed instead. */
    readonly kubeconfig: pulumi.Output<string | undefined>;
    /** The deployed images of the containers beside the models. */
    readonly images: pulumi.Output<DeployedImages>;

    constructor(name: string, args: SecureAksInferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const checked = readArguments(name, args, now);
        const { tls, models } = checked;
        // The region of an attached cluster, and so the host name, is known only after a lookup in this component.
        const hostName = deferredInput<string | undefined>();
        const addressState = addressOf({ fqdn: pulumi.output(hostName.value), ...addressSettings(checked) });
        const guard = new AddressGuard(name, args.overwriteExistingDomain ?? false);
        super(
            "azure-secure-inference:index:SecureAksInference",
            name,
            { ...addressState },
            guard.options(opts),
        );

        const { settings, images } = withDeployedImages(name, checked, this);
        const aks = cluster(name, settings, this, opts?.parent);
        const isPublic = settings.loadBalancer.type === LoadBalancerType.PublicIp;
        const fqdn = isPublic ? addressName(settings, aks) : undefined;
        hostName.resolve(fqdn);
        const address = fqdn && publicAddress(name, settings, { cluster: aks, fqdn }, this);
        const scope = kubernetesScope(name, settings, aks, this);
        const pull = pullSecret(settings, scope);

        const names = { own: hostnames(settings), azure: fqdn, now };
        const certificate =
            tls.secretName === undefined ? servingCertificate(name, tls, names, this) : undefined;
        const issuerArgs = { cluster: aks, scope, address, pullSecret: pull, component: this };
        const certificateIssuer = settings.tls.acme && issuer(settings.tls.acme, settings, issuerArgs);
        const keys = modelKeys(models, scope, this);

        const { service, ingressIp } = servingPath(settings, scope, {
            ...{ address, certificate, keys, pullSecret: pull, issuer: certificateIssuer },
        });
        const records = dnsRecords(name, settings, { address, ip: ingressIp, service }, this);
        certificateIssuer?.startAfter([service, ...records.recordSets]);
        guard.remember(addressState, [service, ...records.recordSets], this);

        this.fqdn = fqdn ?? pulumi.output(undefined);
        this.ipAddress = address ? address.resource.ipAddress.apply(ip => ip ?? "") : ingressIp;
        this.dnsRecords = records.outputs;
        this.services = modelAddresses(settings, tls.hostname ?? fqdn ?? ingressIp);
        this.keys = pulumi.secret(pulumi.output(Object.fromEntries(keys)));
        this.certificate = certificate?.info ?? pulumi.output(undefined);
        this.namespace = pulumi.output(scope.namespace);
        this.kubeconfig = aks.kubeconfig ?? pulumi.output(undefined);
        this.images = images;
        this.registerOutputs(this.outputs());
    }

    private outputs(): pulumi.Inputs {
        return {
            services: this.services,
            keys: this.keys,
            fqdn: this.fqdn,
            ipAddress: this.ipAddress,
            dnsRecords: this.dnsRecords,
            certificate: this.certificate,
            namespace: this.namespace,
            kubeconfig: this.kubeconfig,
            images: this.images,
        };
    }
}

/** The scoring keys of the models that require them, by the model's name. */
function modelKeys(
    models: readonly ModelSettings[],
    scope: KubernetesScope,
    component: pulumi.Resource,
): Map<string, pulumi.Output<ScoringKeys>> {
    return new Map(
        models.flatMap(one => {
            const keys = scoringKeys(objectName(scope, one.name), one.keys, component);
            return keys ? [[one.name, keys] as const] : [];
        }),
    );
}

/** A value that is set later than it is passed on. */
function deferredInput<T>(): { value: Promise<pulumi.Input<T>>; resolve: (value: pulumi.Input<T>) => void } {
    let resolve: (value: pulumi.Input<T>) => void = () => undefined;
    const value = new Promise<pulumi.Input<T>>(resolvePromise => (resolve = resolvePromise));
    return { value, resolve };
}
