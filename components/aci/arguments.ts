import type * as pulumi from "@pulumi/pulumi";
import type { ModelArgs } from "./model-arguments";

/** Where the certificate comes from. */
export enum TlsMode {
    /** Your own certificate, from any authority. */
    Custom = "Custom",
    /** A private authority and a certificate of its own, made by the stack. For development. */
    SelfSigned = "SelfSigned",
    /** Plain HTTP: everybody on the way can read requests, answers and scoring keys. */
    Disabled = "Disabled",
}

/** What a stack is for. */
export enum Environment {
    Production = "Production",
    Development = "Development",
}

/** The oldest TLS version that clients may use. 1.0 and 1.1 are never offered. */
export enum MinimumTlsVersion {
    Tls12 = "1.2",
    Tls13 = "1.3",
}

/** What a request may use. The names and defaults are those of Azure ML v1. */
export interface LimitsArgs {
    /**
     * Requests that the model works on at a time; others wait in a queue.
     * @default 1
     */
    maxConcurrentRequestsPerContainer?: number;
    /**
     * How long a request may wait for its turn, in milliseconds. Then the answer is 503 with `Retry-After`.
     * @default 500
     */
    maxQueueWaitMs?: number;
    /**
     * How long the model may take for one answer, in milliseconds. Then the answer is 504.
     * @default 60000
     */
    scoringTimeoutMs?: number;
    /**
     * The largest body of a request, in bytes. Larger ones are answered with 413.
     * @default 104857600 (100 MiB)
     */
    maxRequestBodyBytes?: number;
}

/** How clients reach the service. */
export interface TlsArgs {
    /**
     * Where the certificate comes from. There is no default yet: plain HTTP has to be asked for.
     * @example TlsMode.Custom
     */
    mode: TlsMode;
    /**
     * The name clients use, without scheme or port. Point it to the service with a CNAME: see `dns`, or the output
     * `dnsRecord`. Required with `Custom`, where a subject alternative name of the certificate must cover it
     * (RFC 9525; clients do not look at the common name).
     * @default the name that Azure gives: the leaf domain label in its region
     * @example "score.contoso.com"
     */
    hostname?: pulumi.Input<string>;
    /** PEM chain, leaf first, without the root. For `Custom`. Treated as a secret together with its key. */
    certificate?: pulumi.Input<string>;
    /** PEM private key, not encrypted (PKCS#8, PKCS#1 or SEC 1). For `Custom`. Secret. */
    privateKey?: pulumi.Input<string>;
    /**
     * The oldest TLS version that clients may use.
     * @default MinimumTlsVersion.Tls12
     */
    minimumVersion?: MinimumTlsVersion;
    /**
     * How long browsers remember to use HTTPS only (`Strict-Transport-Security`, RFC 6797), in seconds; 0 leaves
     * the header out. Set it to 0 well before `mode` becomes `Disabled`.
     * @default 31536000 (a year)
     */
    hstsMaxAgeSeconds?: number;
}

/** The Azure DNS zone that gets the CNAME record. */
export interface DnsArgs {
    /**
     * The zone that `tls.hostname` lies in.
     * @example "contoso.com"
     */
    zoneName: pulumi.Input<string>;
    /**
     * The resource group of the zone.
     * @default the service's own resource group
     */
    zoneResourceGroupName?: pulumi.Input<string>;
    /**
     * How long resolvers may keep the record, in seconds.
     * @default 300
     */
    ttl?: number;
}

/** Scoring keys: clients send one of them as `Authorization: Bearer <key>`. */
export interface KeysArgs {
    /**
     * Whether a request needs a key.
     * @default false (as v1 on Container Instances)
     */
    enabled?: boolean;
    /**
     * At least 16 letters, digits and `-._~+/` (RFC 6750). Secret.
     * @default generated, 32 characters
     */
    primary?: pulumi.Input<string>;
    /**
     * The second key, so that clients can move from one to the other. Secret.
     * @default generated, 32 characters
     */
    secondary?: pulumi.Input<string>;
}

/** The container that terminates TLS: HAProxy. */
export interface FrontArgs {
    /**
     * An image of HAProxy 3.0 that starts as root: Container Instances lets only root open ports below 1024; HAProxy
     * gives the right up before it takes a connection. The default follows the 3.0 line by tag, not by digest: whoever
     * owns the tag can change it. For production, copy it to a registry of your own and name it by digest.
     * @default "docker.io/haproxytech/haproxy-debian:3.0"
     * @example "contoso.azurecr.io/haproxy@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * CPU cores.
     * @default what the group lacks to Azure's minimum of 1, but 0.25 at least
     */
    cpu?: number;
    /**
     * Memory, in GB.
     * @default what the group lacks to Azure's minimum of 1, but 0.5 at least
     */
    memoryInGB?: number;
}

/** The private registry that images come from. */
export interface RegistryArgs {
    /**
     * The name of the registry, without scheme.
     * @example "contoso.azurecr.io"
     */
    server: pulumi.Input<string>;
    /** Together with `password`. */
    username?: pulumi.Input<string>;
    /** Together with `username`. Secret. */
    password?: pulumi.Input<string>;
    /**
     * Instead of user name and password: the resource id of a user-assigned managed identity that may pull
     * (role AcrPull). It is added to the group's identities.
     */
    managedIdentityId?: pulumi.Input<string>;
}

/** Managed identities with which the model reaches other services of Azure. */
export interface IdentityArgs {
    /**
     * Whether the group gets an identity of its own.
     * @default false
     */
    systemAssigned?: boolean;
    /** Resource ids of user-assigned identities. */
    userAssignedIds?: pulumi.Input<string>[];
}

/** The Log Analytics workspace that gets the containers' output. */
export interface LogAnalyticsArgs {
    /** The workspace's (customer) id, a GUID. */
    workspaceId: pulumi.Input<string>;
    /** The workspace's primary or secondary key. Secret. */
    workspaceKey: pulumi.Input<string>;
}

/** One model behind TLS on Azure Container Instances. */
export interface SecureAciInferenceArgs {
    /** The resource group of the container group. It has to exist. */
    resourceGroupName: pulumi.Input<string>;
    /**
     * The region, as Azure writes it in names.
     * @default the stack's `azure-native:location`
     * @example "westeurope"
     */
    location?: pulumi.Input<string>;
    /**
     * The name of the container group in Azure. Another name makes another group.
     * @default the component's name and eight characters
     */
    containerGroupName?: pulumi.Input<string>;
    /**
     * What the stack is for. `TlsMode.SelfSigned` is refused in production.
     * @default Environment.Production
     */
    environment?: Environment;
    /** The model. */
    model: ModelArgs;
    /** What a request may use. */
    limits?: LimitsArgs;
    /**
     * The readable part of the name that Azure gives; six characters are added, so it is free in the region unless
     * the same project, stack and component is there already.
     * @default the component's name
     * @example "contoso"
     */
    leafDomainLabel?: string;
    /**
     * Whether an update may move the service away from the name that clients use now. Without it such an update is
     * refused at preview.
     * @default false
     */
    overwriteExistingDomain?: boolean;
    /** How clients reach the service. */
    tls: TlsArgs;
    /**
     * The Azure DNS zone for the CNAME of `tls.hostname`.
     * @default none: the output `dnsRecord` says which record to create
     */
    dns?: DnsArgs;
    /** Scoring keys. */
    keys?: KeysArgs;
    /** The container that terminates TLS. */
    front?: FrontArgs;
    /**
     * The private registry of the images.
     * @default public registries only
     */
    registry?: RegistryArgs;
    /**
     * Managed identities.
     * @default none, or the registry's
     */
    identity?: IdentityArgs;
    /**
     * Where the containers' output goes.
     * @default nowhere else: Azure keeps the latest of it
     */
    logAnalytics?: LogAnalyticsArgs;
    /** Tags of the container group. */
    tags?: { [name: string]: pulumi.Input<string> };
}
