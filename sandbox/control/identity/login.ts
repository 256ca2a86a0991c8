import { existsSync, readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { principalOf } from "../arm/managed-identities";
import { issuerUrl, issuesTokens, MANAGED_CLUSTERS } from "../arm/resource-types/managed-clusters";
import {
    FEDERATED_CREDENTIALS,
    federatedCredential,
    USER_ASSIGNED_IDENTITIES,
} from "../arm/resource-types/user-assigned-identities";
import { sameId } from "../arm/resource-id";
import type { Resource } from "../state/resource";
import type { Store } from "../state/store";
import { serviceAccountClaims } from "./service-account-token";
import { TOKEN_LIFETIME_S, type TokenIssuer } from "../arm/tokens";

export const LOGIN_HOST = "login.microsoftonline.com";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

export interface LoginSettings {
    store: Store;
    tokens: TokenIssuer;
    tenant: string;
    /** File with the public key of the API server's service account tokens (PEM). */
    serviceAccountKeyFile: string;
    clock: () => Date;
}

/**
 * The part of Microsoft Entra ID that workload identity uses ("Microsoft identity platform and the OAuth 2.0 client
 * credentials flow", federated credentials): exchanges a token of the cluster for one of a managed identity.
 */
export function addLoginRoutes(server: FastifyInstance, settings: LoginSettings): void {
    const { tenant } = settings;
    const authority = `https://${LOGIN_HOST}/${tenant}`;
    const constraints = { host: LOGIN_HOST };
    server.get("/common/discovery/instance", { constraints }, () => ({
        tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata: [
            { preferred_network: LOGIN_HOST, preferred_cache: "login.windows.net", aliases: [LOGIN_HOST] },
        ],
    }));
    server.get("/:tenant/v2.0/.well-known/openid-configuration", { constraints }, () => ({
        issuer: `${authority}/v2.0`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
        token_endpoint_auth_methods_supported: ["private_key_jwt"],
    }));
    server.post<{ Params: { tenant: string } }>(
        "/:tenant/oauth2/v2.0/token",
        { constraints },
        (request, reply) =>
            request.params.tenant === tenant
                ? exchangeToken(request, reply, settings)
                : refuse(reply, 90002, `Tenant '${request.params.tenant}' not found.`),
    );
}

/** The client credentials grant with an assertion (RFC 7523). */
function exchangeToken(request: FastifyRequest, reply: FastifyReply, settings: LoginSettings): FastifyReply {
    const form = new URLSearchParams(typeof request.body === "string" ? request.body : "");
    const field = (name: string) => form.get(name) ?? "";
    if (field("grant_type") !== "client_credentials" || field("client_assertion_type") !== JWT_BEARER) {
        return refuse(reply, 70003, "The app requested an unsupported grant type or client credential.");
    }
    const clientId = field("client_id");
    const { store, tokens } = settings;
    const identity = store
        .ofType(USER_ASSIGNED_IDENTITIES)
        .find(({ id }) => sameId(principalOf(id).clientId, clientId));
    if (identity === undefined) {
        return refuse(
            reply,
            700016,
            `Application with identifier '${clientId}' was not found in the directory.`,
        );
    }
    const refusal = assertionRefusal(identity, field("client_assertion"), settings);
    if (refusal !== undefined) return refuse(reply, ...refusal);
    const audience = field("scope").replace(/\/\.default$/, "");
    return reply.send({
        token_type: "Bearer",
        expires_in: TOKEN_LIFETIME_S,
        ext_expires_in: TOKEN_LIFETIME_S,
        access_token: tokens.issue(principalOf(identity.id), audience),
    });
}

/** The error number and text of Entra ID for an assertion that it refuses. */
function assertionRefusal(
    identity: Resource,
    assertion: string,
    { store, serviceAccountKeyFile, clock }: LoginSettings,
): [number, string] | undefined {
    const claims = existsSync(serviceAccountKeyFile)
        ? claimsOf(assertion, readFileSync(serviceAccountKeyFile, "utf8"), clock())
        : undefined;
    if (claims === undefined) {
        return [700027, "Client assertion failed signature validation, or it has expired."];
    }
    // The API server of the sandbox has its own issuer name in its tokens, so the issuer URL of the clusters is compared.
    const issuers = store.ofType(MANAGED_CLUSTERS).filter(issuesTokens).map(issuerUrl);
    const credentials = store
        .below(identity.id)
        .filter(({ type }) => sameId(type, FEDERATED_CREDENTIALS))
        .map(({ properties }) => federatedCredential.parse(properties));
    const trusted = credentials.some(
        ({ issuer, subject, audiences }) =>
            issuers.includes(issuer) &&
            subject === claims.sub &&
            audiences.some(audience => claims.aud.includes(audience)),
    );
    if (trusted) return undefined;
    const presented = `Assertion Issuer: '${issuers[0] ?? ""}'. Assertion Subject: '${claims.sub}'. Assertion Audience: '${claims.aud.join(" ")}'.`;
    return [
        70021,
        `No matching federated identity record found for presented assertion. ${presented} https://docs.microsoft.com/azure/active-directory/develop/workload-identity-federation`,
    ];
}

function claimsOf(assertion: string, key: string, now: Date) {
    try {
        return serviceAccountClaims(assertion, key, now);
    } catch {
        // The assertion is not a token.
        return undefined;
    }
}

function refuse(reply: FastifyReply, number: number, text: string): FastifyReply {
    const error = number === 700016 ? "unauthorized_client" : "invalid_client";
    return reply
        .status(number === 90002 || number === 70003 ? 400 : 401)
        .send({ error, error_description: `AADSTS${number}: ${text}`, error_codes: [number] });
}
