import type * as pulumi from "@pulumi/pulumi";
import type { AcmeArgs } from "../certificate/acme-arguments";
import type { DnsArgs } from "../dns/arguments";
import type { Environment } from "../shared/environment";
import type { TlsArgs } from "../certificate/tls-arguments";
import type { ClusterArgs } from "./cluster-arguments";
import type { AksModelArgs } from "./model-arguments";

/** Who can reach the service (v1's `load_balancer_type`). */
export enum LoadBalancerType {
    /** A public address with a name in `cloudapp.azure.com`. */
    PublicIp = "PublicIp",
    /** An address of the cluster's own network. */
    InternalLoadBalancer = "InternalLoadBalancer",
}

/** The way into the cluster. */
export interface LoadBalancerArgs {
    /**
     * Who can reach the service.
     * @default LoadBalancerType.PublicIp (as v1)
     */
    type?: LoadBalancerType;
    /**
     * The subnet that an internal address is taken from, in the cluster's virtual network.
     * @default the nodes' own
     */
    subnetName?: string;
    /**
     * Whether the cluster's identity gets the role Network Contributor on the service's resource group: without it, it
     * cannot use the public address. Set it to false when it has the role already, e.g. by another service of the
     * same group: Azure takes each assignment once.
     * @default true
     */
    grantAccess?: boolean;
}

/** The certificate authority that issues and renews the certificate by itself, and where it is kept. */
export interface AksAcmeArgs extends AcmeArgs {
    /**
     * The storage class that keeps account and certificate: files that several pods can mount at a time.
     * @default "azurefile-csi"
     */
    storageClassName?: string;
}

/** How clients reach a service on Kubernetes. */
export interface AksTlsArgs extends TlsArgs {
    /**
     * The authority that issues and renews the certificate. For `Auto`.
     * @default Let's Encrypt
     */
    acme?: AksAcmeArgs;
    /**
     * Instead of `certificate` and `privateKey`, for `Custom`: a Kubernetes Secret of type `kubernetes.io/tls` in the
     * service's namespace that something else keeps (cert-manager, the Key Vault driver). A changed certificate is
     * served about a minute after the Secret has changed, without a restart.
     * @default none
     */
    secretName?: string;
}

/** The record of an address. */
export enum DnsRecordType {
    /** An alias record that follows the public address; possible at a zone's apex. */
    Alias = "Alias",
    /** A CNAME to the name that Azure gives. */
    Cname = "Cname",
}

/** The Azure DNS zone that gets the records of the service's host names. */
export interface AksDnsArgs extends DnsArgs {
    /**
     * The kind of record. With an internal load balancer it is always a plain address record.
     * @default DnsRecordType.Alias
     */
    recordType?: DnsRecordType;
}

/** The pods that terminate TLS: HAProxy. */
export interface AksFrontArgs {
    /**
     * An image of HAProxy 3.0. It runs without any right of root. The default follows the 3.0 line by tag, not by digest:
     * for production, copy it to a registry of your own and name it by digest.
     * @default "docker.io/haproxytech/haproxy-debian:3.0"
     * @example "contoso.azurecr.io/haproxy@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * Replicas, spread over nodes and zones.
     * @default 2, the least
     */
    replicas?: number;
    /**
     * CPU cores that are kept for each.
     * @default 0.25
     */
    cpu?: number;
    /**
     * Memory of each, in GB.
     * @default 0.5
     */
    memoryInGB?: number;
}

/** Login to the private registry that images come from. */
export interface PullSecretArgs {
    /**
     * The name of the registry, without scheme.
     * @example "contoso.azurecr.io"
     */
    server: pulumi.Input<string>;
    /** The user name. */
    username: pulumi.Input<string>;
    /** The password. Secret. */
    password: pulumi.Input<string>;
}

/** Any number of models behind one TLS front on Azure Kubernetes Service. */
export interface SecureAksInferenceArgs {
    /** The resource group of what is made in Azure: the address, and a new cluster. It has to exist. */
    resourceGroupName: pulumi.Input<string>;
    /**
     * The region, as Azure writes it in names.
     * @default the attached cluster's, or the stack's `azure-native:location`
     * @example "westeurope"
     */
    location?: pulumi.Input<string>;
    /**
     * What the stack is for. `TlsMode.SelfSigned` is refused in production.
     * @default Environment.Production
     */
    environment?: Environment;
    /** The cluster. */
    cluster: ClusterArgs;
    /**
     * A namespace that exists, for all that is made in Kubernetes.
     * @default a new one, named after the component, that enforces the restricted Pod Security Standard
     */
    namespace?: string;
    /** The models by their names in the path `/api/v1/service/<name>/score`. */
    models: { [name: string]: AksModelArgs };
    /**
     * The readable part of the name that Azure gives; six characters are added, so it is free in the region unless
     * the same project, stack and component is there already.
     * @default the component's name
     * @example "contoso"
     */
    leafDomainLabel?: string;
    /**
     * Whether an update may move the service away from the name that clients use now, or leave that name without a
     * certificate. Without it such an update is refused at preview, which also says what clients will notice of another
     * `tls.mode`.
     * @default false
     */
    overwriteExistingDomain?: boolean;
    /**
     * The way into the cluster.
     * @default a public address
     */
    loadBalancer?: LoadBalancerArgs;
    /**
     * How clients reach the service.
     * @default HTTPS, with a certificate that issues and renews itself
     */
    tls?: AksTlsArgs;
    /**
     * The Azure DNS zone for the service's host names.
     * @default none: the output `dnsRecords` says which records to create
     */
    dns?: AksDnsArgs;
    /**
     * The pods that terminate TLS.
     * @default two replicas of HAProxy 3.0
     */
    front?: AksFrontArgs;
    /**
     * Login to the private registry of the images.
     * @default none: public registries, and those that the cluster's own identity may pull from (role AcrPull)
     */
    registry?: PullSecretArgs;
    /**
     * Tags of what is made in Azure.
     * @default none
     */
    tags?: { [name: string]: pulumi.Input<string> };
}
