import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Fastify from "fastify";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { principalOf } from "../../../control/arm/managed-identities";
import { parseArmAddress } from "../../../control/arm/resource-id";
import { queryResources } from "../../../control/arm/resource-graph";
import { TENANT } from "../../../subscriptions";
import { LOGIN_HOST, addLoginRoutes } from "../../../control/identity/login";
import { metadataServer } from "../../../control/identity/metadata";
import { checkPermission } from "../../../control/arm/permissions";
import { TokenIssuer } from "../../../control/arm/tokens";
import { withIdentity } from "../../../control/identity/workload-identity";
import type { Resource } from "../../../control/state/resource";
import { Store } from "../../../control/state/store";

const folder = mkdtempSync(path.join(os.tmpdir(), "identity-"));
afterAll(() => rmSync(folder, { recursive: true }));

const GROUP = "/subscriptions/s/resourceGroups/g";
const ZONE = `${GROUP}/providers/Microsoft.Network/dnsZones/contoso.com`;
const IDENTITY = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/issuer`;
const OTHER_IDENTITY = `${IDENTITY}-2`;
const issuer = principalOf(IDENTITY);
const DNS_ZONE_CONTRIBUTOR = "befefa01-2a29-4197-83a8-272ff33ce314";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";

let now = new Date("2026-01-01T00:00:00Z");
const clock = () => now;
let store: Store;
beforeEach(() => {
    now = new Date("2026-01-01T00:00:00Z");
    rmSync(path.join(folder, "resources.json"), { force: true });
    store = new Store(path.join(folder, "resources.json"));
});

function put(id: string, type: string, members: Partial<Resource> = {}): Resource {
    const resource: Resource = {
        id,
        name: id.split("/").at(-1) ?? "",
        type,
        envelope: {},
        properties: {},
        hidden: {},
        provisioningState: "Succeeded",
        createdAt: now.toISOString(),
        ...members,
    };
    store.put(resource);
    return resource;
}

function grant(scope: string, role: string, principalId = issuer.principalId): void {
    const type = "Microsoft.Authorization/roleAssignments";
    const roleDefinitionId = `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${role}`;
    put(`${scope}/providers/${type}/${role}`, type, { properties: { principalId, roleDefinitionId } });
}

describe("the permission of a managed identity", () => {
    const record = `${ZONE}/TXT/_acme-challenge`;
    const check = (method: string, at: string) => () =>
        checkPermission(store, issuer, { method, path: at }, parseArmAddress(at));

    it.each([
        ["on the zone", ZONE],
        ["on the resource group of the zone", GROUP],
        ["on the subscription", "/subscriptions/s"],
    ])("comes from a role assignment %s", (_, scope) => {
        grant(scope, DNS_ZONE_CONTRIBUTOR);
        for (const method of ["GET", "PUT", "PATCH", "DELETE"]) expect(check(method, record)).not.toThrow();
    });

    it.each([
        ["no role", () => undefined],
        [
            "a role of another identity",
            () => grant(ZONE, DNS_ZONE_CONTRIBUTOR, principalOf(OTHER_IDENTITY).principalId),
        ],
        ["a role on another zone", () => grant(`${ZONE}.example`, DNS_ZONE_CONTRIBUTOR)],
        ["a role that only reads", () => grant(ZONE, READER)],
        ["an unknown role", () => grant(ZONE, "00000000-0000-0000-0000-000000000009")],
    ])("does not include writing with %s", (_, prepare) => {
        prepare();
        expect(check("PUT", record)).toThrow(
            `The client '${issuer.clientId}' with object id '${issuer.principalId}' does not have authorization to perform action 'Microsoft.Network/dnsZones/TXT/write' over scope '${record}' or the scope is invalid.`,
        );
    });

    it("does not include role assignments with the role Contributor", () => {
        grant(GROUP, CONTRIBUTOR);
        const assignment = `${ZONE}/providers/Microsoft.Authorization/roleAssignments/a`;
        expect(check("PUT", ZONE)).not.toThrow();
        expect(check("PUT", assignment)).toThrow("Microsoft.Authorization/roleAssignments/write");
    });
});

describe("Azure Resource Graph", () => {
    const query = (text: string, options = {}) =>
        queryResources(store, issuer, { query: text, options }) as { data: object[]; totalRecords: number };
    const ZONES =
        'resources\n| where type =~ "microsoft.network/dnszones"\n| where resourceGroup =~ "G"\n| project name, resourceGroup';

    it("returns only resources that the identity may read", () => {
        put(ZONE, "Microsoft.Network/dnsZones");
        put(`${ZONE}.example`, "Microsoft.Network/dnsZones");
        expect(query(ZONES)).toMatchObject({ data: [], totalRecords: 0 });
        grant(ZONE, DNS_ZONE_CONTRIBUTOR);
        expect(query(ZONES)).toMatchObject({
            data: [{ name: "contoso.com", resourceGroup: "g" }],
            totalRecords: 1,
        });
        expect(query(ZONES, { $skip: 1 })).toMatchObject({ data: [], totalRecords: 1 });
    });

    it("refuses queries with unsupported parts", () => {
        expect(() => query("resources | join kind=inner (x) on id")).toThrow("does not support 'join");
        expect(() => query("advisorresources")).toThrow("does not support 'advisorresources'");
    });
});

describe("access tokens of managed identities", () => {
    const tokens = new TokenIssuer("secret", TENANT, clock);

    it("identify the principal until they expire", () => {
        const token = tokens.issue(issuer, "https://management.azure.com");
        expect(tokens.principalOf(token)).toEqual(issuer);
        now = new Date(now.getTime() + 86_400_000);
        expect(tokens.principalOf(token)).toBeUndefined();
    });

    it("are refused if another secret signed them or their claims have changed", () => {
        const token = tokens.issue(issuer, "a");
        expect(new TokenIssuer("other", TENANT, clock).principalOf(token)).toBeUndefined();
        const [header = "", payload = "", signature = ""] = token.split(".");
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
        const changed = Buffer.from(JSON.stringify({ ...claims, oid: "somebody" })).toString("base64url");
        expect(tokens.principalOf([header, changed, signature].join("."))).toBeUndefined();
        for (const junk of ["", "a.b.c", "a"]) expect(tokens.principalOf(junk)).toBeUndefined();
    });
});

describe("the instance metadata service", () => {
    const tokens = new TokenIssuer("secret", TENANT, clock);
    const groups = new Map<string, Resource>();
    const server = metadataServer({ tokens, clock, groupAt: at => Promise.resolve(groups.get(at)) });
    const TOKEN = "/metadata/identity/oauth2/token";
    const ask = async (query: string, headers: object = { metadata: "true" }, at = TOKEN) => {
        const answer = await server.inject({
            url: `${at}${query}`,
            headers: { "x-forwarded-for": "10.244.0.9", ...headers },
        });
        return { status: answer.statusCode, body: answer.json<Record<string, string>>() };
    };
    const FOR_ARM = "?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com";
    const groupWith = (...identities: string[]) =>
        groups.set(
            "10.244.0.9",
            put(`${GROUP}/providers/Microsoft.ContainerInstance/containerGroups/iris`, "t", {
                envelope: {
                    identity: {
                        userAssignedIdentities: Object.fromEntries(identities.map(one => [one, {}])),
                    },
                },
            }),
        );
    beforeEach(() => groups.clear());

    it("issues a token of the identity of a container group", async () => {
        groupWith(IDENTITY);
        const { status, body } = await ask(FOR_ARM);
        expect(status).toBe(200);
        expect(body).toMatchObject({ client_id: issuer.clientId, token_type: "Bearer", expires_in: "86400" });
        expect(tokens.principalOf(body.access_token ?? "")).toEqual(issuer);
    });

    it("requires the id of the identity if the group has several", async () => {
        groupWith(OTHER_IDENTITY, IDENTITY);
        expect((await ask(FOR_ARM)).body.error_description).toMatch(
            /^Multiple user assigned identities exist/,
        );
        for (const chosen of [
            `client_id=${issuer.clientId}`,
            `object_id=${issuer.principalId}`,
            `msi_res_id=${encodeURIComponent(IDENTITY)}`,
        ]) {
            expect((await ask(`${FOR_ARM}&${chosen}`)).body.client_id).toBe(issuer.clientId);
        }
    });

    it.each([
        ["without the Metadata header", FOR_ARM, {}, "Required metadata header not specified"],
        [
            "without api-version",
            "?resource=r",
            { metadata: "true" },
            "Required query variable 'api-version' is missing",
        ],
        [
            "without a resource",
            "?api-version=v",
            { metadata: "true" },
            "Required query variable 'resource' is missing",
        ],
        [
            "for an identity that the group does not have",
            `${FOR_ARM}&client_id=x`,
            { metadata: "true" },
            "Identity not found",
        ],
        [
            "from an address of no container group",
            FOR_ARM,
            { metadata: "true", "x-forwarded-for": "10.244.0.8" },
            "Identity not found",
        ],
    ])("refuses a request %s", async (_, query, headers, description) => {
        groupWith(IDENTITY);
        const { status, body } = await ask(query, headers);
        expect({ status, body }).toEqual({
            status: 400,
            body: { error: "invalid_request", error_description: description },
        });
    });

    it("has no other paths", async () => {
        expect(await ask("", { metadata: "true" }, "/metadata/instance")).toMatchObject({ status: 404 });
    });
});

describe("the login of workloads", () => {
    const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const file = path.join(folder, "service-accounts.pem");
    writeFileSync(file, keys.publicKey.export({ type: "spki", format: "pem" }));
    const tokens = new TokenIssuer("secret", TENANT, clock);
    const SUBJECT = "system:serviceaccount:inference:issuer";
    const AUDIENCE = "api://AzureADTokenExchange";
    const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/aks`;
    const ISSUER = `https://westeurope.oic.prod-aks.azure.com/${TENANT}/uid/`;

    /** Parameters of a login, and members of the federated credential that replace the matching ones. */
    interface Login {
        clientId?: string;
        oidc?: boolean;
        tenant?: string;
        subject?: string;
        issuer?: string;
        audiences?: string[];
    }

    function assertion(claims: object = {}, key = keys.privateKey): string {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
        const expires = now.getTime() / 1000 + 3_600;
        const signed = `${part({ alg: "ES256" })}.${part({ sub: SUBJECT, aud: [AUDIENCE], exp: expires, ...claims })}`;
        const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
        return `${signed}.${signature.toString("base64url")}`;
    }

    async function login(token: string, more: Login = {}) {
        const { clientId = issuer.clientId, oidc = true, tenant = TENANT, ...trusted } = more;
        put(IDENTITY, "Microsoft.ManagedIdentity/userAssignedIdentities");
        put(CLUSTER, "Microsoft.ContainerService/managedClusters", {
            location: "westeurope",
            properties: { oidcIssuerProfile: { enabled: oidc } },
            hidden: { uid: "uid" },
        });
        const credential = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
        put(`${IDENTITY}/federatedIdentityCredentials/aks`, credential, {
            properties: { issuer: ISSUER, subject: SUBJECT, audiences: [AUDIENCE], ...trusted },
        });
        const server = Fastify();
        server.removeAllContentTypeParsers();
        server.addContentTypeParser("*", { parseAs: "string" }, (_, text, done) => done(null, text));
        addLoginRoutes(server, { store, tokens, tenant: TENANT, serviceAccountKeyFile: file, clock });
        const answer = await server.inject({
            method: "POST",
            url: `/${tenant}/oauth2/v2.0/token`,
            headers: { host: LOGIN_HOST, "content-type": "application/x-www-form-urlencoded" },
            payload: new URLSearchParams({
                grant_type: "client_credentials",
                client_id: clientId,
                scope: "https://management.azure.com/.default",
                client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                client_assertion: token,
            }).toString(),
        });
        return answer.json<{ access_token?: string; error_description?: string }>();
    }

    it("exchanges a service account token for a token of the identity that trusts it", async () => {
        const { access_token = "" } = await login(assertion());
        expect(tokens.principalOf(access_token)).toEqual(issuer);
    });

    it.each<[string, Login]>([
        ["another subject", { subject: "system:serviceaccount:inference:other" }],
        ["another issuer", { issuer: "https://elsewhere.example/" }],
        ["another audience", { audiences: ["sts.example"] }],
        ["a cluster without the OIDC issuer", { oidc: false }],
    ])("refuses a token if the identity trusts %s", async (_, more) => {
        expect((await login(assertion(), more)).error_description).toMatch(
            /^AADSTS70021: No matching federated identity record found/,
        );
    });

    it.each([
        [
            "another key has signed",
            () => assertion({}, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
        ],
        ["has expired", () => assertion({ exp: now.getTime() / 1000 })],
        ["is not a JSON Web Token", () => "junk"],
    ])("refuses a token that %s", async (_, token) => {
        expect((await login(token())).error_description).toMatch(/^AADSTS700027:/);
    });

    it("refuses an unknown application and another tenant", async () => {
        const unknown = { clientId: principalOf(OTHER_IDENTITY).clientId };
        expect((await login(assertion(), unknown)).error_description).toMatch(/^AADSTS700016:/);
        expect((await login(assertion(), { tenant: "other" })).error_description).toMatch(/^AADSTS90002:/);
    });
});

describe("a pod with workload identity", () => {
    const annotations = { "azure.workload.identity/client-id": "client" };

    it("gets the token and the environment in every container, and keeps its own variables", () => {
        const container = { name: "issuer", env: [{ name: "AZURE_TENANT_ID", value: "own" }] };
        const { spec } = withIdentity(
            {
                spec: {
                    containers: [container],
                    initContainers: [{ name: "first" }],
                    volumes: [{ name: "v" }],
                },
            },
            annotations,
            TENANT,
        );
        const environment = {
            AZURE_CLIENT_ID: "client",
            AZURE_TENANT_ID: TENANT,
            AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/tokens/azure-identity-token",
            AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
        };
        const values = (env: { name: string; value?: string }[] = []) =>
            Object.fromEntries(env.map(({ name, value }) => [name, value]));
        expect(values(spec?.initContainers?.[0]?.env)).toEqual(environment);
        expect(values(spec?.containers[0]?.env)).toEqual({ ...environment, AZURE_TENANT_ID: "own" });
        expect(spec?.containers[0]?.volumeMounts).toEqual([
            { name: "azure-identity-token", mountPath: "/var/run/secrets/azure/tokens", readOnly: true },
        ]);
        expect(spec?.volumes).toMatchObject([
            { name: "v" },
            {
                projected: {
                    sources: [
                        {
                            serviceAccountToken: {
                                audience: "api://AzureADTokenExchange",
                                expirationSeconds: 3_600,
                            },
                        },
                    ],
                },
            },
        ]);
    });
});
