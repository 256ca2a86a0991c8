import { createHash } from "node:crypto";
import { STORE_FOLDER } from "../front/store";
import type { IssuerDnsZone, IssuerPace, IssuerSettings } from "./settings";

/** The environment variable of the external account's HMAC key (base64url). Its value is a secret. */
export const EXTERNAL_ACCOUNT_KEY_VARIABLE = "LEGO_EAB_HMAC";

/** Small and fast, and supported by every client that supports TLS 1.2. */
const KEY_TYPE = "EC256";

const PACE: IssuerPace = { longest: 21_600, firstRetry: 30, lease: 60, challengeDelay: 10 };

/** In the folder of the scripts. The issuer writes it while it works. */
export const HEARTBEAT_FILE = "/tmp/issuer/heartbeat";

/** With the digest at most 200 characters: lego adds suffixes, and a file name has at most 255. */
const MAX_NAME_LENGTH = 187;

/**
 * Name of the certificate in the store. It depends on the directory, the names and the type of key, so a stored certificate of
 * this name was always ordered with these settings. It lacks the names that cannot be validated.
 * @example certificateName(settings) // "score.contoso.com-5e884898da28"
 */
export function certificateName({ directoryUrl, hostnames }: IssuerSettings): string {
    const identity = JSON.stringify([directoryUrl, KEY_TYPE, [...hostnames].sort()]);
    const digest = createHash("sha256").update(identity).digest("hex").slice(0, 12);
    const name = (hostnames[0] ?? "").replace("*", "wildcard").slice(0, MAX_NAME_LENGTH);
    return `${name}-${digest}`;
}

/**
 * Environment variables of the issuer's container, readable in a preview. Most of them are lego's own (`lego run --help`). lego
 * gets no arguments, because every process on the machine can read arguments.
 */
export function issuerEnvironment(settings: IssuerSettings): Record<string, string> {
    const { email, dnsZone, externalAccountKeyId, certificateAuthority, renewalTrigger } = settings;
    const pace = { ...PACE, ...settings.pace };
    return {
        LEGO_SERVER: settings.directoryUrl,
        LEGO_ACCEPT_TOS: "true",
        LEGO_DOMAINS: settings.hostnames.join(","),
        LEGO_CERT_NAME: certificateName(settings),
        LEGO_KEY_TYPE: KEY_TYPE,
        ...(email !== undefined && { LEGO_EMAIL: email }),
        ...(externalAccountKeyId !== undefined && { LEGO_EAB: "true", LEGO_EAB_KID: externalAccountKeyId }),
        ...(dnsZone ? dns01(dnsZone) : http01(pace)),
        // The script itself adds a random delay, while it does not hold the lease.
        LEGO_NO_RANDOM_SLEEP: "true",
        LEGO_LOG_FORMAT: "text",
        ...(certificateAuthority !== undefined && { CERTIFICATE_AUTHORITY: certificateAuthority }),
        ...(renewalTrigger !== undefined && { RENEWAL_TRIGGER: renewalTrigger }),
        CERTIFICATE_STORE: STORE_FOLDER,
        LONGEST_PAUSE_SECONDS: String(pace.longest),
        FIRST_RETRY_SECONDS: String(pace.firstRetry),
        LEASE_SECONDS: String(pace.lease),
        HEARTBEAT_FILE,
    };
}

function http01({ challengeDelay }: IssuerPace): Record<string, string> {
    return {
        LEGO_HTTP: "true",
        LEGO_HTTP_DELAY: `${challengeDelay}s`,
    };
}

/** Variables of lego's provider azuredns and of Azure's login library, which is restricted to one credential type. */
function dns01(zone: IssuerDnsZone): Record<string, string> {
    return {
        LEGO_DNS: "azuredns",
        AZURE_SUBSCRIPTION_ID: zone.subscriptionId,
        AZURE_RESOURCE_GROUP: zone.resourceGroup,
        AZURE_ZONE_NAME: zone.zoneName,
        AZURE_TOKEN_CREDENTIALS:
            zone.identity === "managed" ? "ManagedIdentityCredential" : "WorkloadIdentityCredential",
        ...(zone.clientId !== undefined && { AZURE_CLIENT_ID: zone.clientId }),
    };
}
