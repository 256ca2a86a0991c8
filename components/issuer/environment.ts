import { createHash } from "node:crypto";
import { CHALLENGES_FOLDER, STORE_FOLDER } from "../front/store";
import type { IssuerDnsZone, IssuerPace, IssuerSettings } from "./settings";

/** The secret of `externalAccountKeyId`, in Base64 for URLs. To be set as a secret environment variable. */
export const EXTERNAL_ACCOUNT_KEY_VARIABLE = "LEGO_EAB_HMAC";

/** Small, fast, and known to every client that knows TLS 1.2. */
const KEY_TYPE = "EC256";

const PACE: IssuerPace = { longest: 21_600, firstRetry: 30, lease: 60, challengeDelay: 10 };

/**
 * What the certificate is called in the store. Another directory, other names or another kind of key are another certificate,
 * so what is there under this name is right.
 * @example certificateName(settings) // "score.contoso.com-5e884898da28"
 */
export function certificateName({ directoryUrl, hostnames }: IssuerSettings): string {
    const identity = JSON.stringify([directoryUrl, KEY_TYPE, [...hostnames].sort()]);
    const digest = createHash("sha256").update(identity).digest("hex").slice(0, 12);
    return `${(hostnames[0] ?? "").replace("*", "wildcard")}-${digest}`;
}

/**
 * Environment variables of the issuer's container, readable in a preview. Most of them are lego's own (`lego run --help`), so
 * that nothing is an argument that everybody on the machine can read.
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
        // Attempts are spread by the script itself, which holds the store meanwhile.
        LEGO_NO_RANDOM_SLEEP: "true",
        LEGO_LOG_FORMAT: "text",
        ...(certificateAuthority !== undefined && { CERTIFICATE_AUTHORITY: certificateAuthority }),
        ...(renewalTrigger !== undefined && { RENEWAL_TRIGGER: renewalTrigger }),
        LONGEST_PAUSE_SECONDS: String(pace.longest),
        FIRST_RETRY_SECONDS: String(pace.firstRetry),
        LEASE_SECONDS: String(pace.lease),
    };
}

function http01({ challengeDelay }: IssuerPace): Record<string, string> {
    return {
        LEGO_HTTP: "true",
        LEGO_HTTP_WEBROOT: `${STORE_FOLDER}/${CHALLENGES_FOLDER}`,
        LEGO_HTTP_DELAY: `${challengeDelay}s`,
    };
}

/** Variables of lego's azuredns and of Azure's login library, which then tries one way of logging in only. */
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
