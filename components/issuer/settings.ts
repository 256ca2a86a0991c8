/** The Azure DNS zone that DNS-01 writes its TXT records to. */
export interface IssuerDnsZone {
    subscriptionId: string;
    resourceGroup: string;
    /** @example "contoso.com" */
    zoneName: string;
    /** How the issuer logs in to Azure. */
    identity: IssuerIdentity;
    /**
     * Client id of the user-assigned identity. With workload identity the cluster sets it.
     * @default the only user-assigned managed identity, or the system-assigned one
     */
    clientId?: string;
}

/** The issuer's identity in Azure: the managed identity of a container group, or the workload identity of a pod. */
export type IssuerIdentity = "managed" | "workload";

/** All settings of the issuer. Plain values: no secrets, no Pulumi types. */
export interface IssuerSettings {
    /**
     * The names of the service, in lower case, the most important one first. The certificate covers those that can be validated.
     * @example ["score.contoso.com", "*.models.contoso.com"]
     */
    hostnames: readonly string[];
    /** The authority's ACME directory (RFC 8555, 7.1.1). */
    directoryUrl: string;
    /** Address for messages from the authority. */
    email?: string;
    /**
     * The zone for DNS-01 challenges.
     * @default none: HTTP-01 challenges, which the fronts answer on port 80. Wildcard names need DNS-01.
     */
    dnsZone?: IssuerDnsZone;
    /**
     * Key id of the external account that the ACME account is bound to (RFC 8555, 7.3.4). The key itself is the variable
     * `EXTERNAL_ACCOUNT_KEY_VARIABLE`.
     */
    externalAccountKeyId?: string;
    /** PEM roots for the directory's own certificate, in addition to the public ones. */
    certificateAuthority?: string;
    /**
     * Each value that the certificate was not yet renewed for renews it once, as soon as possible.
     * @default none
     */
    renewalTrigger?: string;
    /** Intervals. For tests: the defaults suit every lifetime. */
    pace?: Partial<IssuerPace>;
}

/** Intervals in seconds. */
export interface IssuerPace {
    /**
     * The longest time between two checks whether the certificate is due, and between two attempts.
     * @default 21600
     */
    longest: number;
    /**
     * From a failed attempt to the next one, also for single names. Doubles with each further failure.
     * @default 30
     */
    firstRetry: number;
    /**
     * Time without renewal after which another issuer takes over the lease.
     * @default 60
     */
    lease: number;
    /**
     * From writing a challenge until the authority is notified, so that it is published in the store and every front has copied it.
     * @default 10
     */
    challengeDelay: number;
}
