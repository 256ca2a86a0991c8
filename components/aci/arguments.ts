import type * as pulumi from "@pulumi/pulumi";
import type { DnsArgs } from "../dns/arguments";
import type { Environment } from "../shared/environment";
import type { KeysArgs } from "../keys/arguments";
import type { LimitsArgs } from "../model/request-limits";
import type { TlsArgs } from "../certificate/tls-arguments";
import type { ModelArgs } from "./model-arguments";

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
    /**
     * Together with `password`.
     * @default none
     */
    username?: pulumi.Input<string>;
    /**
     * Together with `username`. Secret.
     * @default none
     */
    password?: pulumi.Input<string>;
    /**
     * Instead of user name and password: the resource id of a user-assigned managed identity that may pull
     * (role AcrPull). It is added to the group's identities.
     * @default none
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
    /**
     * Resource ids of user-assigned identities.
     * @default none, or the registry's
     */
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
     * The name of the container group in Azure. Another name makes another group. Where each change makes a new revision of
     * the group (see `dns`), a hyphen and six characters are added.
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
    /**
     * What a request may use.
     * @default v1's
     */
    limits?: LimitsArgs;
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
     * How clients reach the service.
     * @default HTTPS, with a certificate that issues and renews itself
     */
    tls?: TlsArgs;
    /**
     * The Azure DNS zone for the CNAME of `tls.hostname`. With it, every change makes a new revision of the container group,
     * and the name moves to it once it answers: no request is lost. Without it, the group is updated in place, and
     * restarts.
     * @default none: the output `dnsRecord` says which record to create
     */
    dns?: DnsArgs;
    /**
     * How long a new revision may take until it answers over TLS with its certificate and its model is ready, in seconds.
     * Then the update fails, and the revision that served before goes on. 0 moves the name without a look, for machines that
     * cannot reach the service.
     * @default 600
     */
    revisionTimeoutSeconds?: number;
    /**
     * Scoring keys.
     * @default none are asked for (as v1)
     */
    keys?: KeysArgs;
    /**
     * The container that terminates TLS.
     * @default HAProxy 3.0, with what the group lacks to Azure's minimum
     */
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
    /**
     * Tags of the container group.
     * @default none
     */
    tags?: { [name: string]: pulumi.Input<string> };
}
