import { describe, expect, it } from "vitest";
import {
    certificateName,
    EXTERNAL_ACCOUNT_KEY_VARIABLE,
    issuerEnvironment,
    type IssuerSettings,
} from "../../../components/issuer";

const DIRECTORY = "https://acme-v02.api.letsencrypt.org/directory";
const ZONE = {
    subscriptionId: "11111111-1111-1111-1111-111111111111",
    resourceGroup: "dns",
    zoneName: "contoso.com",
};

function settings(changes: Partial<IssuerSettings> = {}): IssuerSettings {
    return { hostnames: ["score.contoso.com"], directoryUrl: DIRECTORY, ...changes };
}

describe("issuerEnvironment", () => {
    it("uses HTTP-01 with the web root in the certificate store", () => {
        expect(issuerEnvironment(settings())).toEqual({
            LEGO_SERVER: DIRECTORY,
            LEGO_ACCEPT_TOS: "true",
            HEARTBEAT_FILE: "/tmp/issuer/heartbeat",
            LEGO_DOMAINS: "score.contoso.com",
            LEGO_CERT_NAME: certificateName(settings()),
            LEGO_KEY_TYPE: "EC256",
            LEGO_HTTP: "true",
            LEGO_HTTP_DELAY: "10s",
            LEGO_NO_RANDOM_SLEEP: "true",
            LEGO_LOG_FORMAT: "text",
            CERTIFICATE_STORE: "/run/certificate-store",
            LONGEST_PAUSE_SECONDS: "21600",
            FIRST_RETRY_SECONDS: "30",
            LEASE_SECONDS: "60",
        });
    });

    it.each([
        ["managed", "ManagedIdentityCredential"],
        ["workload", "WorkloadIdentityCredential"],
    ] as const)("uses DNS-01 in an Azure DNS zone, with the %s identity only", (identity, credential) => {
        const environment = issuerEnvironment(
            settings({ hostnames: ["*.contoso.com", "contoso.com"], dnsZone: { ...ZONE, identity } }),
        );
        expect(environment).toMatchObject({
            LEGO_DOMAINS: "*.contoso.com,contoso.com",
            LEGO_DNS: "azuredns",
            AZURE_SUBSCRIPTION_ID: ZONE.subscriptionId,
            AZURE_RESOURCE_GROUP: "dns",
            AZURE_ZONE_NAME: "contoso.com",
            AZURE_TOKEN_CREDENTIALS: credential,
        });
        expect(Object.keys(environment).filter(name => /HTTP|CLIENT/.test(name))).toEqual([]);
    });

    it("contains the optional settings", () => {
        const environment = issuerEnvironment(
            settings({
                email: "certificates@contoso.com",
                externalAccountKeyId: "account-7",
                certificateAuthority: "-----BEGIN CERTIFICATE-----",
                renewalTrigger: "2027",
                dnsZone: { ...ZONE, identity: "managed", clientId: "22222222-2222-2222-2222-222222222222" },
            }),
        );
        expect(environment).toMatchObject({
            LEGO_EMAIL: "certificates@contoso.com",
            LEGO_EAB: "true",
            LEGO_EAB_KID: "account-7",
            CERTIFICATE_AUTHORITY: "-----BEGIN CERTIFICATE-----",
            RENEWAL_TRIGGER: "2027",
            AZURE_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
        });
        // The key is a secret and is set elsewhere.
        expect(environment).not.toHaveProperty(EXTERNAL_ACCOUNT_KEY_VARIABLE);
    });
});

describe("certificateName", () => {
    it("does not depend on the email address, the trigger, or the order of further names", () => {
        const hostnames = ["a.contoso.com", "b.contoso.com"];
        const name = certificateName(settings({ hostnames }));
        expect(name).toMatch(/^a\.contoso\.com-[0-9a-f]{12}$/);
        expect(certificateName(settings({ hostnames, email: "a@contoso.com", renewalTrigger: "2027" }))).toBe(
            name,
        );
        const digest = (one: string) => one.slice(-12);
        expect(digest(certificateName(settings({ hostnames: [...hostnames].reverse() })))).toBe(digest(name));
    });

    it.each([
        ["names", { hostnames: ["score.contoso.com", "www.contoso.com"] }],
        ["directory", { directoryUrl: "https://acme-staging-v02.api.letsencrypt.org/directory" }],
    ])("depends on the %s", (_, changes) => {
        expect(certificateName(settings(changes))).not.toBe(certificateName(settings()));
    });

    it("is a valid file name for wildcards", () => {
        expect(certificateName(settings({ hostnames: ["*.contoso.com"] }))).toMatch(
            /^wildcard\.contoso\.com-/,
        );
    });
});
