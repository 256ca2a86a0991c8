import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { loginRoutes, type LoginSettings } from "../identity/login";
import type { Principal } from "../identity/tokens";
import type { JsonObject } from "../state/resource";
import { authorizedAs } from "./access-token";
import { type ArmAnswer, type ArmCall, ArmRouter } from "./router";
import { ArmError, type ArmErrorBody } from "./errors";

/** Bodies larger than this are refused by ARM. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** PEM. */
export interface ServerCertificate {
    certificate: string;
    key: string;
}

export interface ArmServerSettings {
    router: ArmRouter;
    token: string;
    /** Lets others in than the sandbox's own user: managed identities. */
    login?: LoginSettings;
    /** Without it the server speaks plain HTTP: for tests that inject requests. */
    certificate?: ServerCertificate;
}

/** The HTTP side of ARM: authorisation, bodies, errors. What an address means is the router's business. */
export function armServer({ router, token, login, certificate }: ArmServerSettings): FastifyInstance {
    const options = { bodyLimit: BODY_LIMIT_BYTES, requestTimeout: 60_000, forceCloseConnections: true };
    const server: FastifyInstance = certificate
        ? Fastify({ ...options, https: { cert: certificate.certificate, key: certificate.key } })
        : Fastify(options);

    server.removeContentTypeParser(["application/json", "text/plain"]);
    server.addContentTypeParser("*", { parseAs: "string" }, (_, text, done) => done(null, text));

    // By another name than Resource Manager's, and open to all: who comes here has no token yet.
    if (login) loginRoutes(server, login);
    const principals = new WeakMap<object, Principal>();
    server.all(
        "/*",
        {
            onRequest(request, _, done) {
                const principal = authorizedAs(request.headers.authorization, token, login?.tokens);
                if (principal) principals.set(request, principal);
                done();
            },
        },
        async (request, reply) => {
            const principal = principals.get(request);
            const answer = await router.route({ ...callOf(request), ...(principal && { principal }) });
            return send(reply, answer);
        },
    );
    server.setErrorHandler((error, _, reply) => {
        const { status, body } = errorAnswer(error);
        if (status === 401) reply.header("WWW-Authenticate", "Bearer");
        const bare = error instanceof ArmError && !error.enveloped;
        return reply.status(status).send(bare ? body : { error: body });
    });
    return server;
}

function callOf(request: FastifyRequest): ArmCall {
    // Not resolved against an origin: clients put a scope that begins with a slash after the slash of the root.
    const url = new URL(`https://arm${request.url}`);
    return {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value])),
        body: bodyOf(request),
        ifMatch: request.headers["if-match"],
        ifNoneMatch: request.headers["if-none-match"],
        origin: `https://${request.host}`,
    };
}

function bodyOf(request: FastifyRequest): JsonObject {
    const text = typeof request.body === "string" ? request.body.trim() : "";
    if (text === "") return {};
    const notAnObject = new ArmError(
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: it is not a JSON object.",
    );
    try {
        const body: unknown = JSON.parse(text);
        if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
    } catch {
        throw notAnObject;
    }
    throw notAnObject;
}

function send(reply: FastifyReply, answer: ArmAnswer): FastifyReply {
    reply.status(answer.status).headers(answer.headers ?? {});
    return answer.body === undefined ? reply.send() : reply.send(answer.body);
}

function errorAnswer(error: unknown): { status: number; body: ArmErrorBody } {
    if (error instanceof ArmError) return { status: error.status, body: error.body };
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) console.error(error);
    const code = status >= 500 ? "InternalServerError" : "BadRequest";
    return { status, body: { code, message: error instanceof Error ? error.message : String(error) } };
}
