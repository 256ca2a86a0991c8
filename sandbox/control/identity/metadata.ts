import { chmodSync, rmSync } from "node:fs";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { principalOf, uuidOf } from "../arm/managed-identities";
import { sameId } from "../arm/resource-id";
import type { Resource } from "../state/resource";
import { type Principal, TOKEN_LIFETIME_S, type TokenIssuer } from "../arm/tokens";

export interface MetadataSettings {
    tokens: TokenIssuer;
    /** The container group whose pod has this address. */
    groupAt: (address: string) => Promise<Resource | undefined>;
    clock: () => Date;
}

type Query = Readonly<Record<string, string | undefined>>;

/**
 * The token endpoint of Azure's instance metadata service ("How to use managed identities to acquire an access token"). A
 * container group gets tokens of its own identities. Other pods get none.
 */
export function metadataServer({ tokens, groupAt, clock }: MetadataSettings): FastifyInstance {
    const server = Fastify({ forceCloseConnections: true });
    server.get<{ Querystring: Query }>("/metadata/identity/oauth2/token", async (request, reply) => {
        const { query, headers } = request;
        if (headers.metadata?.toString().toLowerCase() !== "true") {
            return refuse(reply, "Required metadata header not specified");
        }
        const { resource } = query;
        if (!query["api-version"]) return refuse(reply, "Required query variable 'api-version' is missing");
        if (!resource) return refuse(reply, "Required query variable 'resource' is missing");
        const group = await groupAt(String(headers["x-forwarded-for"]));
        const principal = group ? chosenPrincipal(group, query) : "Identity not found";
        if (typeof principal === "string") return refuse(reply, principal);
        const now = Math.floor(clock().getTime() / 1000);
        return reply.send({
            access_token: tokens.issue(principal, resource),
            client_id: principal.clientId,
            expires_in: String(TOKEN_LIFETIME_S),
            expires_on: String(now + TOKEN_LIFETIME_S),
            ext_expires_in: String(TOKEN_LIFETIME_S),
            not_before: String(now),
            resource,
            token_type: "Bearer",
        });
    });
    server.setNotFoundHandler((_, reply) => reply.status(404).send({ error: "Not found" }));
    return server;
}

/** Listens on a Unix socket that only this user can open. HAProxy forwards to it. */
export async function listenOnSocket(server: FastifyInstance, socket: string): Promise<void> {
    rmSync(socket, { force: true });
    await server.listen({ path: socket });
    chmodSync(socket, 0o600);
}

/** The requested identity, or the only one of the group. @returns an error description if there is none or it is ambiguous */
function chosenPrincipal(group: Resource, query: Query): Principal | string {
    const identity = group.envelope.identity as
        { principalId?: string; userAssignedIdentities?: Record<string, unknown> } | undefined;
    const ids = Object.keys(identity?.userAssignedIdentities ?? {});
    const {
        client_id: clientId,
        object_id: principalId,
        msi_res_id: legacyId,
        mi_res_id: id = legacyId,
    } = query;
    if (clientId ?? principalId ?? id) {
        const match = ids.find(identityId => {
            const candidate = principalOf(identityId);
            return (
                sameId(candidate.clientId, clientId ?? "") ||
                sameId(candidate.principalId, principalId ?? "") ||
                sameId(identityId, id ?? "")
            );
        });
        return match === undefined ? "Identity not found" : principalOf(match);
    }
    if (identity?.principalId !== undefined) {
        return { principalId: identity.principalId, clientId: uuidOf(`client of ${group.id}`) };
    }
    const [only, second] = ids;
    if (only === undefined) return "Identity not found";
    return second === undefined
        ? principalOf(only)
        : "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
}

function refuse(reply: FastifyReply, description: string): FastifyReply {
    return reply.status(400).send({ error: "invalid_request", error_description: description });
}
