import * as pulumi from "@pulumi/pulumi";
import { servingCertificate } from "../certificate/serving-certificate";
import type { CertificateInfo } from "../certificate/certificate-info";
import { addressOf } from "../address/address-change";
import { AddressGuard } from "../address/address-guard";
import type { DnsRecord } from "../dns/record";
import { type ScoringKeys, scoringKeys } from "../keys/scoring-keys";
import { addressName, publicAddress } from "./address";
import { LoadBalancerType, type SecureAksInferenceArgs } from "./arguments";
import { cluster } from "./cluster";
import { front } from "./front";
import { configuration, frontSecrets, frontSettings, pullSecret } from "./front-files";
import { issuer } from "./issuer";
import { kubernetesScope, objectName } from "./kubernetes-scope";
import { loadBalancer } from "./load-balancer";
import { model } from "./model";
import { hostnames, type ModelAddress, modelAddresses, records } from "./names";
import { readArguments } from "./settings";

/**
 * Any number of machine-learning models behind one TLS front on Azure Kubernetes Service: the cluster or a place in one
 * that exists, two or more HAProxy pods with a public address and a name, a Deployment for each model, the certificate,
 * scoring keys, limits and DNS records.
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
    /** Where each model answers, by its name. */
    readonly services: pulumi.Output<{ [model: string]: ModelAddress }>;
    /** The scoring keys of each model that asks for them, by its name. Secret. */
    readonly keys: pulumi.Output<{ [model: string]: ScoringKeys }>;
    /** The name that Azure gives; absent with an internal load balancer. */
    readonly fqdn: pulumi.Output<string | undefined>;
    /** The address of the load balancer. */
    readonly ipAddress: pulumi.Output<string>;
    /** The records that make the host names lead here: create those that have no `zone`. */
    readonly dnsRecords: pulumi.Output<DnsRecord[]>;
    /**
     * The certificate that is served; absent without TLS, and where it changes by itself: with `TlsMode.Auto`, and where a Secret
     * in Kubernetes holds it.
     */
    readonly certificate: pulumi.Output<CertificateInfo | undefined>;
    /** The namespace of everything in Kubernetes. */
    readonly namespace: pulumi.Output<string>;
    /** The cluster's credentials; absent when a Kubernetes provider was given instead. Secret. */
    readonly kubeconfig: pulumi.Output<string | undefined>;

    constructor(name: string, args: SecureAksInferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const settings = readArguments(name, args, now);
        const { tls, models } = settings;
        // An attached cluster knows its region, and with it the service's name, a moment after this.
        let tellName: (fqdn: pulumi.Input<string> | undefined) => void = () => undefined;
        const told = new Promise<pulumi.Input<string> | undefined>(resolve => (tellName = resolve));
        const reach = addressOf(pulumi.output(told), tls);
        const guard = new AddressGuard(name, args.overwriteExistingDomain ?? false);
        super("azure-secure-inference:index:SecureAksInference", name, { ...reach }, guard.options(opts));
        const found = cluster(name, settings, this, opts?.parent);
        const isPublic = settings.loadBalancer.type === LoadBalancerType.PublicIp;
        const fqdn = isPublic ? addressName(settings, found) : undefined;
        tellName(fqdn);
        const address = fqdn && publicAddress(name, settings, found, fqdn, this);
        const scope = kubernetesScope(name, settings, found, this);
        const pull = pullSecret(settings, scope);
        const certificate =
            tls.secretName === undefined
                ? servingCertificate(name, tls, { own: hostnames(settings), azure: fqdn, now }, this)
                : undefined;
        const automatic =
            tls.acme &&
            issuer(tls.acme, settings, { cluster: found, scope, address, pullSecret: pull, component: this });
        const keys = new Map(
            models.flatMap(one => {
                const both = scoringKeys(objectName(scope, one.name), one.keys, this);
                return both ? [[one.name, both] as const] : [];
            }),
        );
        const deployments = models.map(one => model(one, scope, pull));
        const behaviour = frontSettings(settings, scope, automatic?.storedCertificate);
        const fronts = front(
            settings,
            scope,
            behaviour,
            {
                configuration: configuration(behaviour, scope),
                secrets: frontSecrets(certificate, keys, scope),
                pullSecret: pull,
            },
            automatic?.store,
            [...deployments, ...(automatic?.beforeFronts ?? [])],
        );
        const service = loadBalancer(settings, scope, address, fronts, automatic?.loadBalancerHooks);
        const inner = service.status.apply(({ loadBalancer: { ingress = [] } }) => ingress[0]?.ip ?? "");

        this.fqdn = fqdn ?? pulumi.output(undefined);
        this.ipAddress = address ? address.resource.ipAddress.apply(ip => ip ?? "") : inner;
        const { told: dnsRecords, recordSets } = records(
            name,
            settings,
            { address, ip: inner, service },
            this,
        );
        this.dnsRecords = dnsRecords;
        automatic?.reachableBy([service, ...recordSets]);
        guard.remember(reach, [service, ...recordSets], this);
        this.services = modelAddresses(settings, tls.hostname ?? fqdn ?? inner);
        this.keys = pulumi.secret(pulumi.output(Object.fromEntries(keys)));
        this.certificate = certificate?.info ?? pulumi.output(undefined);
        this.namespace = pulumi.output(scope.namespace);
        this.kubeconfig = found.kubeconfig ?? pulumi.output(undefined);
        this.registerOutputs({
            services: this.services,
            keys: this.keys,
            fqdn: this.fqdn,
            ipAddress: this.ipAddress,
            dnsRecords: this.dnsRecords,
            certificate: this.certificate,
            namespace: this.namespace,
            kubeconfig: this.kubeconfig,
        });
    }
}
