import type * as pulumi from "@pulumi/pulumi";
import type { AcmeArgs } from "../certificate/acme-arguments";
import type { DnsArgs } from "../dns/arguments";
import type { AccessLog } from "../front";
import type { Environment } from "../shared/environment";
import type { TlsArgs } from "../certificate/tls-arguments";
import type { ClusterArgs } from "./cluster-arguments";
import type { AksModelArgs } from "./model-arguments";

/** The network from which clients reach the service (`load_balancer_type` in Azure ML v1). */
export enum LoadBalancerType {
    /** The internet: a public IP address with a host name in `cloudapp.azure.com`. */
    PublicIp = "PublicIp",
    /** The virtual network of the cluster: a private IP address without a host name from Azure. */
    InternalLoadBalancer = "InternalLoadBalancer",
}

/** The load balancer of the service. */
export interface LoadBalancerArgs {
    /**
     * The network from which clients reach the service.
     * @default LoadBalancerType.PublicIp (as Azure ML v1)
     */
    type?: LoadBalancerType;
    /**
     * The subnet for the private IP address, in the virtual network of the cluster. Requires `type` `InternalLoadBalancer`.
     * @default the subnet of the nodes
     */
    subnetName?: string;
    /**
     * Whether the component assigns the role Network Contributor on the service's resource group to the identity of the cluster,
     * which needs it to use the public IP address. Set it to false when the identity already has the role, e.g. from another
     * service in the same resource group: Azure refuses a second, equal assignment.
     * @default true
     */
    grantAccess?: boolean;
}

/** The certificate authority for `TlsMode.Auto`, and the storage for its certificate. */
export interface AksAcmeArgs extends AcmeArgs {
    /**
     * The storage class for the ACME account and the certificate. It must support the access mode ReadWriteMany.
     * @default "azurefile-csi"
     */
    storageClassName?: string;
}

/** The host name, the certificate and the TLS versions of a service on Kubernetes. */
export interface AksTlsArgs extends TlsArgs {
    /**
     * The certificate authority. For `Auto`.
     * @default Let's Encrypt
     */
    acme?: AksAcmeArgs;
    /**
     * The name of a Kubernetes Secret of type `kubernetes.io/tls` in the service's namespace, which another program manages
     * (cert-manager, the Key Vault driver). For `Custom`; conflicts with `certificate`, `privateKey`, `pfx` and `trustedRoots`. The front serves a
     * changed certificate about a minute after the Secret changes, without a restart.
     * @default none
     * @example "score-contoso-com"
     */
    secretName?: string;
}

/** The type of a DNS record for a public IP address. */
export enum DnsRecordType {
    /** An A record that Azure DNS keeps equal to the public IP address. Also allowed at the apex of a zone. */
    Alias = "Alias",
    /** A CNAME that points to the host name from Azure. Not allowed at the apex of a zone (RFC 1034, section 3.6.2). */
    Cname = "Cname",
}

/** The Azure DNS zone in which the component creates the records of the service's host names. */
export interface AksDnsArgs extends DnsArgs {
    /**
     * The type of the records. An error with an internal load balancer, which always gets an A record.
     * @default DnsRecordType.Alias
     */
    recordType?: DnsRecordType;
}

/** The pods that terminate TLS: HAProxy. */
export interface AksFrontArgs {
    /**
     * An image of HAProxy 3.0. It runs without root. The default is deployed by digest: see
     * `imageRenewalTrigger`. An image of yours is deployed as written.
     * @default "docker.io/haproxytech/haproxy-debian:3.0"
     * @example "contoso.azurecr.io/haproxy@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * The number of replicas, from 2 to 20. Kubernetes spreads them over nodes and zones where possible.
     * @default 2
     */
    replicas?: number;
    /**
     * The CPU request of each replica, in cores.
     * @default 0.25
     */
    cpu?: number;
    /**
     * The memory request and limit of each replica, in GB.
     * @default 0.5
     */
    memoryInGB?: number;
    /**
     * Which requests the front logs, one line of JSON each. `AccessLog.Off` saves a tenth of the front's processor time.
     * @default AccessLog.All
     */
    accessLog?: AccessLog;
}

/** A private container registry that images are pulled from. */
export interface PullSecretArgs {
    /**
     * The host name of the registry, without scheme.
     * @example "contoso.azurecr.io"
     */
    server: pulumi.Input<string>;
    /** The user name. */
    username: pulumi.Input<string>;
    /** The password. Secret. */
    password: pulumi.Input<string>;
}

/** The arguments of any number of models behind one TLS front on Azure Kubernetes Service. */
export interface SecureAksInferenceArgs {
    /** The resource group of the public IP address and of a new cluster. It must exist. */
    resourceGroupName: pulumi.Input<string>;
    /**
     * The Azure region, as its short name.
     * @default the region of the attached cluster, or the stack's `azure-native:location`
     * @example "westeurope"
     */
    location?: pulumi.Input<string>;
    /**
     * The purpose of the stack. In production, `TlsMode.SelfSigned` is an error.
     * @default Environment.Production
     */
    environment?: Environment;
    /** The cluster: a new one, or an existing one. */
    cluster: ClusterArgs;
    /**
     * An existing namespace for all Kubernetes objects.
     * @default a new namespace, named after the component, that enforces the restricted Pod Security Standard
     */
    namespace?: string;
    /**
     * The models, by their names in the path `/api/v1/service/<name>/score`: lower-case letters, digits and '-', starting with a
     * letter. `front`, `fronts` and `issuer` are reserved.
     * @example { iris: { image: "contoso.azurecr.io/iris:7", replicas: 2 } }
     */
    models: { [name: string]: AksModelArgs };
    /**
     * The prefix of the host name that Azure assigns. The component adds six characters, derived from the project, the stack and
     * the component's name, so that the name is unique in the region.
     * @default the component's name
     * @example "contoso"
     */
    leafDomainLabel?: string;
    /**
     * Whether an update may remove or change an address that clients use now: a model or its host name, `tls.hostname`, the name
     * from Azure, the type of the load balancer, or the zone of the DNS records. It may also leave the current name without a
     * certificate. If false, such an update fails at preview with every reason, and preview warns about the effects of a changed
     * `tls.mode` on clients, and of a removed `allowPlainHttp`. Set it to true for one update, and remove it afterwards.
     * @default false
     */
    overwriteExistingDomain?: boolean;
    /**
     * The load balancer of the service.
     * @default a public IP address
     */
    loadBalancer?: LoadBalancerArgs;
    /**
     * The host name, the certificate and the TLS versions.
     * @default HTTPS with a certificate from Let's Encrypt, which the service renews
     */
    tls?: AksTlsArgs;
    /**
     * The Azure DNS zone for the service's host names.
     * @default none: the output `dnsRecords` describes the records to create
     */
    dns?: AksDnsArgs;
    /**
     * The pods that terminate TLS.
     * @default two replicas of HAProxy 3.0
     */
    front?: AksFrontArgs;
    /**
     * The private registries that the images are pulled from, each with its login.
     * @default none: public registries, and those on which the identity of the cluster has the role AcrPull
     */
    registries?: PullSecretArgs[];
    /**
     * The former name of `registries`, for one registry. It works until version 0.3, with a warning. Conflicts with `registries`.
     * @deprecated Use `registries`.
     * @default none
     */
    registry?: PullSecretArgs;
    /**
     * A new value renews the digests of the default images (`front.image`, `tls.acme.image`). The component reads a digest from the
     * registry in the first update and keeps it, so an image changes only with this value, or with the default of a new version of
     * this package. A renewal fails when the registry cannot be asked; a first update then deploys the tag, with a warning.
     * @default none
     * @example "2026-11-28"
     */
    imageRenewalTrigger?: pulumi.Input<string>;
    /**
     * Tags of the Azure resources.
     * @default none
     */
    tags?: { [name: string]: pulumi.Input<string> };
}
