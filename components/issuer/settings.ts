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
     * @default the only, or the system-assigned, managed identity
     */
    clientId?: string;
}

/** Who the issuer is to Azure: a container group's managed identity, or a pod's workload identity. */
export type IssuerIdentity = "managed" | "workload";

/** Everything that decides what the issuer does. Plain values: no secrets, no Pulumi. */
export interface IssuerSettings {
    /**
     * The names that the certificate is for, in lower case, the most important one first.
     * @example ["score.contoso.com", "*.models.contoso.com"]
     */
    hostnames: readonly string[];
    /** The authority's ACME directory (RFC 8555, 7.1.1). */
    directoryUrl: string;
    /** Whom the authority may write to. */
    email?: string;
    /**
     * The zone that proves who owns the names (DNS-01).
     * @default none: the fronts prove it on port 80 (HTTP-01), which cannot be done for wildcards
     */
    dnsZone?: IssuerDnsZone;
    /** Which key the account is bound to at the authority (RFC 8555, 7.3.4). The key itself is `EXTERNAL_ACCOUNT_KEY_VARIABLE`. */
    externalAccountKeyId?: string;
    /** PEM roots that the directory's own certificate may come from, beside the public ones. */
    certificateAuthority?: string;
    /**
     * Each value that this certificate has not been renewed for renews it once, as soon as possible.
     * @default none
     */
    renewalTrigger?: string;
    /** How often things are tried. For tests: the defaults are right for every lifetime. */
    pace?: Partial<IssuerPace>;
}

/** Seconds. */
export interface IssuerPace {
    /**
     * The longest time between two looks at whether the certificate is due, and between two attempts.
     * @default 21600
     */
    longest: number;
    /**
     * Until the first attempt after one that failed; each further time is twice as long.
     * @default 30
     */
    firstRetry: number;
    /**
     * For how long an issuer that holds the store may show no sign of life until another one takes over.
     * @default 60
     */
    lease: number;
    /**
     * From a challenge's arrival in the store until the authority is told, so that every front has it.
     * @default 10
     */
    challengeDelay: number;
}
