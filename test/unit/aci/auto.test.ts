import { beforeEach, describe, expect, it } from "vitest";
import { AcmeChallenge, SecureAciInference, type SecureAciInferenceArgs } from "../../../components";
import { gateExpectation } from "../../../components/aci/gate-hooks";
import { readArguments } from "../../../components/aci/settings";
import {
    collectWarnings,
    inputsOf,
    recordInto,
    type Registered,
    registrations,
    SECRET_MARK,
} from "../../support/mocks";

const ZONE_ID = "/subscriptions/zones/resourceGroups/dns/providers/Microsoft.Network/dnsZones/contoso.com";
const BY_DNS: Partial<SecureAciInferenceArgs> = {
    tls: { hostname: "score.contoso.com" },
    dns: { zoneName: "contoso.com", zoneResourceGroupName: "dns" },
};
const SERVICE: SecureAciInferenceArgs = {
    resourceGroupName: "group",
    location: "westeurope",
    model: { image: "iris:1" },
};

let registered: Registered[];
let warnings: string[];

beforeEach(() => {
    registered = [];
    warnings = collectWarnings();
});

/** Registers the component with mocks. `preview` leaves ids and outputs unknown, as providers do. */
async function register(args: Partial<SecureAciInferenceArgs>, preview = false): Promise<SecureAciInference> {
    await recordInto(registered, {
        call: token =>
            token.endsWith("getZone") ? { id: ZONE_ID } : { keys: [{ value: "hunter2-of-the-share" }] },
        made,
        preview,
    });
    const service = new SecureAciInference("my-iris", { ...SERVICE, ...args });
    await registrations();
    return service;
}

function made(type: string, name: string): Record<string, unknown> {
    switch (type) {
        case "azure-native:managedidentity:UserAssignedIdentity":
            return { clientId: "the-client", principalId: "the-issuer" };
        case ACCOUNT:
            return { name: `${name}-in-azure` };
        case "azure-native:storage:FileShare":
            return { name: "certificates" };
        case "random:index/randomString:RandomString":
            return { result: "0123456789abcdef" };
        case "tls:index/privateKey:PrivateKey":
            return { privateKeyPem: "the key of the placeholder\n" };
        case "tls:index/selfSignedCert:SelfSignedCert":
            return { certPem: "the placeholder\n" };
        default:
            return {};
    }
}

const GROUP = "azure-native:containerinstance:ContainerGroup";
const ACCOUNT = "azure-native:storage:StorageAccount";

function find(type: string, name: string): Registered["inputs"] {
    return inputsOf(registered, type, name);
}

interface Group {
    containers: {
        name: string;
        environmentVariables: { name: string; value?: string; secureValue?: unknown }[];
        volumeMounts: object[];
        resources: { requests: object };
    }[];
    volumes: { name: string; azureFile?: { storageAccountKey: unknown } }[];
    identity?: object;
}

function group(): Group {
    const inputs = Object.entries(find(GROUP, "my-iris"));
    return Object.fromEntries(inputs.map(([name, value]) => [name, revealed(value)])) as unknown as Group;
}

/** Pulumi's mocks mark a whole property as secret when a part of it is. */
function isSecret(value: unknown): value is { value: unknown } {
    return typeof value === "object" && value !== null && SECRET_MARK in value;
}

function revealed(value: unknown): unknown {
    return isSecret(value) ? value.value : value;
}

function container(name: string): Group["containers"][number] {
    const found = group().containers.filter(one => one.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
}

describe("TlsMode.Auto on Container Instances", () => {
    it("is the default, and adds exactly a share, an issuer and a placeholder certificate", async () => {
        const service = await register({});
        expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
            [
                "azure-secure-inference:index:SecureAciInference my-iris",
                "azure-secure-inference:index:ReachedAddress my-iris",
                `${GROUP} my-iris`,
                `${ACCOUNT} my-iris-certificates`,
                "azure-native:storage:FileShare my-iris-certificates",
                "random:index/randomString:RandomString my-iris-certificates",
                "tls:index/privateKey:PrivateKey my-iris-placeholder-key",
                "tls:index/selfSignedCert:SelfSignedCert my-iris-placeholder",
            ].sort(),
        );
        expect(await new Promise(resolve => service.certificate.apply(resolve))).toBeUndefined();
        expect(group().identity).toBeUndefined();
    });

    it("creates a storage account without public access, for HTTPS only, with a unique name", async () => {
        await register({});
        expect(find(ACCOUNT, "my-iris-certificates")).toMatchObject({
            accountName: "myiris0123456789abcdef",
            kind: "StorageV2",
            sku: { name: "Standard_LRS" },
            minimumTlsVersion: "TLS1_2",
            enableHttpsTrafficOnly: true,
            allowBlobPublicAccess: false,
        });
        expect(find("random:index/randomString:RandomString", "my-iris-certificates")).toMatchObject({
            length: 18,
            special: false,
            upper: false,
        });
    });

    it("mounts the share writable in the issuer and read-only in the front, and keeps to Azure's minimum for a group", async () => {
        await register({});
        const share = { name: "certificate-store", mountPath: "/run/certificate-store" };
        expect(container("issuer").volumeMounts).toEqual([{ ...share, readOnly: false }]);
        expect(container("front").volumeMounts).toContainEqual({ ...share, readOnly: true });
        expect(group().containers.map(one => one.resources.requests)).toEqual([
            { cpu: 0.8, memoryInGB: 0.5 },
            { cpu: 0.1, memoryInGB: 0.5 },
            { cpu: 0.1, memoryInGB: 0.3 },
        ]);
    });

    it("marks the key of the storage account as secret", async () => {
        await register({});
        const holding = registered.filter(one => JSON.stringify(one).includes("hunter2-of-the-share"));
        expect(holding.map(one => one.type)).toEqual([GROUP]);
        const { volumes, ...others } = holding[0]!.inputs;
        expect(isSecret(volumes)).toBe(true);
        expect(JSON.stringify(others)).not.toContain("hunter2-of-the-share");
    });

    it("requests a certificate for Azure's host name, or for tls.hostname instead", async () => {
        const domains = () =>
            container("issuer").environmentVariables.find(one => one.name === "LEGO_DOMAINS")?.value;
        await register({ leafDomainLabel: "iris" });
        expect(domains()).toMatch(/^iris\w{6}\.westeurope\.azurecontainer\.io$/);
        registered = [];
        await register({ tls: { hostname: "Score.contoso.com" } });
        expect(domains()).toBe("score.contoso.com");
    });

    it("creates an identity whose only role is to write to the zone", async () => {
        await register(BY_DNS);
        expect(find("azure-native:authorization:RoleAssignment", "my-iris-issuer-zone")).toMatchObject({
            scope: ZONE_ID,
            principalId: "the-issuer",
            principalType: "ServicePrincipal",
            roleDefinitionId:
                "/subscriptions/zones/providers/Microsoft.Authorization/roleDefinitions/befefa01-2a29-4197-83a8-272ff33ce314",
        });
        expect(group().identity).toEqual({
            type: "UserAssigned",
            userAssignedIdentities: ["my-iris-issuer-id"],
        });
        expect(container("issuer").environmentVariables).toEqual(
            expect.arrayContaining([
                { name: "AZURE_CLIENT_ID", value: "the-client" },
                { name: "AZURE_ZONE_NAME", value: "contoso.com" },
                { name: "AZURE_RESOURCE_GROUP", value: "dns" },
                { name: "AZURE_SUBSCRIPTION_ID", value: "zones" },
                { name: "AZURE_TOKEN_CREDENTIALS", value: "ManagedIdentityCredential" },
            ]),
        );
    });

    it("passes only the key of the account binding as a secure value", async () => {
        await register({
            tls: { acme: { externalAccountBinding: { keyId: "kid-1", hmacKey: "hunter2-hunter2-hunter2" } } },
        });
        const { environmentVariables } = container("issuer");
        expect(environmentVariables.filter(one => one.secureValue !== undefined)).toHaveLength(1);
        expect(environmentVariables).toContainEqual({ name: "LEGO_EAB_KID", value: "kid-1" });
    });

    it("registers the same resources at preview, with unknown outputs", async () => {
        await register(BY_DNS, true);
        find(GROUP, "my-iris");
        find("azure-native:authorization:RoleAssignment", "my-iris-issuer-zone");
    });

    it("warns of a host name that is not on the internet", async () => {
        await register({ tls: { hostname: "score.contoso.internal" } });
        expect(warnings).toContainEqual(
            expect.stringContaining("score.contoso.internal is not a public domain name"),
        );
    });
});

describe("the expectation of the gate", () => {
    const settings = (args: Partial<SecureAciInferenceArgs>) =>
        readArguments("iris", { ...SERVICE, ...args }, new Date());

    it.each([true, false])("depends on the challenge, and on whether the record is new (%s)", isNew => {
        const byHttp = { ...BY_DNS, tls: { ...BY_DNS.tls, acme: { challenge: AcmeChallenge.Http01 } } };
        const expectation = (args: Partial<SecureAciInferenceArgs>) =>
            gateExpectation(settings(args).tls, undefined, isNew);
        expect(expectation(BY_DNS)).toEqual({ kind: "issued", challenge: "Dns01", isNew });
        expect(expectation(byHttp)).toEqual({ kind: "issued", challenge: "Http01", isNew });
    });
});
