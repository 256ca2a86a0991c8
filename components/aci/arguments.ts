import type * as pulumi from "@pulumi/pulumi";
import type { DnsArgs } from "../dns/arguments";
import type { AccessLog } from "../front";
import type { Environment } from "../shared/environment";
import type { KeysArgs } from "../keys/arguments";
import type { LimitsArgs } from "../model/request-limits";
import type { TlsArgs } from "../certificate/tls-arguments";
import type { ModelArgs } from "./model-arguments";

/** The container that terminates TLS: HAProxy. */
export interface FrontArgs {
    /**
     * An image of HAProxy 3.0 that starts as root. In Container Instances only root can open ports below 1024; HAProxy drops
     * root before it accepts connections. The default is deployed by digest: see
     * `imageRenewalTrigger`. An image of yours is deployed as written.
     * @default "docker.io/haproxytech/haproxy-debian:3.0"
     * @example "contoso.azurecr.io/haproxy@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * The CPU request, in cores.
     * @default what the other containers lack to Azure's minimum of 1 per group, at least 0.25
     * @example 0.5
     */
    cpu?: number;
    /**
     * The memory request, in GB.
     * @default what the other containers lack to Azure's minimum of 1 per group, at least 0.5
     * @example 1
     */
    memoryInGB?: number;
    /**
     * Which requests the front logs, one line of JSON each. `AccessLog.Off` saves a tenth of the front's processor time.
     * @default AccessLog.All
     */
    accessLog?: AccessLog;
}

/** A private container registry that images are pulled from. Set `username` and `password`, or `managedIdentityId`. */
export interface RegistryArgs {
    /**
     * The host name of the registry, without scheme. That of Docker Hub is `index.docker.io`.
     * @example "contoso.azurecr.io"
     */
    server: pulumi.Input<string>;
    /**
     * The user name. Requires `password`; conflicts with `managedIdentityId`.
     * @default none
     */
    username?: pulumi.Input<string>;
    /**
     * The password. Requires `username`. Secret.
     * @default none
     */
    password?: pulumi.Input<string>;
    /**
     * The resource id of a user-assigned managed identity with the role AcrPull on the registry. The component adds it to the
     * group's identities. Conflicts with `username` and `password`.
     * @default none
     */
    managedIdentityId?: pulumi.Input<string>;
}

/** Managed identities that the model uses to access other Azure services. All containers of the group can use them. */
export interface IdentityArgs {
    /**
     * Whether the group has a system-assigned identity.
     * @default false
     */
    systemAssigned?: boolean;
    /**
     * Resource ids of user-assigned identities.
     * @default the `managedIdentityId` of each registry
     */
    userAssignedIds?: pulumi.Input<string>[];
}

/** The Log Analytics workspace that receives the output of the containers. */
export interface LogAnalyticsArgs {
    /** The customer id of the workspace, a GUID (`az monitor log-analytics workspace show --query customerId`). */
    workspaceId: pulumi.Input<string>;
    /** The primary or secondary key of the workspace. Secret. */
    workspaceKey: pulumi.Input<string>;
}

/** The arguments of one model behind TLS on Azure Container Instances. */
export interface SecureAciInferenceArgs {
    /** The resource group of the container group. It must exist. */
    resourceGroupName: pulumi.Input<string>;
    /**
     * The Azure region, as its short name.
     * @default the stack's `azure-native:location`
     * @example "westeurope"
     */
    location?: pulumi.Input<string>;
    /**
     * The name of the container group in Azure: 1 to 63 lower-case letters, digits and '-'. A changed name creates another
     * group. With revisions (see `dns`) it has at most 56 characters, because each revision adds a hyphen and six characters.
     * @default the component's name and eight characters; with revisions, the component's name
     */
    containerGroupName?: pulumi.Input<string>;
    /**
     * The purpose of the stack. In production, `TlsMode.SelfSigned` is an error.
     * @default Environment.Production
     */
    environment?: Environment;
    /** The model: its image, port, resources and probes. */
    model: ModelArgs;
    /**
     * Limits of concurrency, waiting time, scoring time and body size.
     * @default the limits of Azure ML v1: 1 concurrent request, 500 ms in the queue, 60 s for scoring, 100 MiB
     */
    limits?: LimitsArgs;
    /**
     * The prefix of the host name that Azure assigns. The component adds six characters, derived from the project, the stack and
     * the component's name, so that the name is unique in the region.
     * @default the component's name
     * @example "contoso"
     */
    leafDomainLabel?: string;
    /**
     * Whether an update may change an address that clients use now: the path of the model (`model.name`), `tls.hostname`, the name
     * from Azure, or the zone of the DNS record. It may also leave the current name without a certificate. If false, such an update
     * fails at preview with every reason, and preview warns about the effects of a changed `tls.mode` on clients. Set it to true for
     * one update, and remove it afterwards.
     * @default false
     */
    overwriteExistingDomain?: boolean;
    /**
     * The host name, the certificate and the TLS versions.
     * @default HTTPS with a certificate from Let's Encrypt, which the service renews
     */
    tls?: TlsArgs;
    /**
     * The Azure DNS zone for the CNAME of `tls.hostname`. With a zone, every change creates a new revision of the container
     * group, and DNS is switched to it after it answers, so that no request fails. Without a zone, the group is updated in place,
     * and restarts.
     * @default none: the output `dnsRecord` describes the record to create
     */
    dns?: DnsArgs;
    /**
     * How long an update waits for a new revision until it answers over TLS with its certificate and its model is ready, in
     * seconds. After that the update fails, and the previous revision keeps serving. With `TlsMode.Auto`, a new DNS record may
     * point to a revision whose certificate has not been issued yet. 0 disables the wait, for machines that cannot reach the
     * service.
     * @default 600
     */
    revisionTimeoutSeconds?: number;
    /**
     * Scoring keys that requests must send.
     * @default requests need no key (as Azure ML v1)
     */
    keys?: KeysArgs;
    /**
     * The container that terminates TLS.
     * @default HAProxy 3.0, with the resources that the group lacks to Azure's minimum
     */
    front?: FrontArgs;
    /**
     * The private registries that the images are pulled from, each with its login.
     * @default public registries only
     */
    registries?: RegistryArgs[];
    /**
     * The former name of `registries`, for one registry. It works until version 0.3, with a warning. Conflicts with `registries`.
     * @deprecated Use `registries`.
     * @default none
     */
    registry?: RegistryArgs;
    /**
     * Managed identities of the container group.
     * @default the `managedIdentityId` of each registry
     */
    identity?: IdentityArgs;
    /**
     * The Log Analytics workspace that receives the output of the containers.
     * @default none: Azure keeps only the most recent output (`az container logs`)
     */
    logAnalytics?: LogAnalyticsArgs;
    /**
     * A new value renews the digests of the default images (`front.image`, `tls.acme.image`). The component reads a digest from the
     * registry in the first update and keeps it, so an image changes only with this value, or with the default of a new version of
     * this package. A renewal fails when the registry cannot be asked; a first update then deploys the tag, with a warning.
     * @default none
     * @example "2026-11-28"
     */
    imageRenewalTrigger?: pulumi.Input<string>;
    /**
     * Tags of the container group.
     * @default none
     */
    tags?: { [name: string]: pulumi.Input<string> };
}
