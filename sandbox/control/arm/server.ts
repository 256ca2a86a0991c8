import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Principal, TokenIssuer } from "./tokens";
import type { ArmErrorBody, JsonObject } from "../state/resource";
import { authenticate } from "./access-token";
import { type ArmAnswer, type ArmCall, ArmRouter } from "./router";
import { ArmError } from "./errors";

/** Request limit of ARM ("Azure subscription and service limits"). */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** PEM. */
interface ServerCertificate {
    certificate: string;
    key: string;
}

export interface ArmServerSettings {
    router: ArmRouter;
    /** The bearer token of the sandbox's user. */
    token: string;
    /** Verifies the tokens of managed identities. Without it only the sandbox's user is admitted. */
    tokens?: TokenIssuer;
    /** Adds routes that need no token, such as those of Microsoft Entra ID. */
    addPublicRoutes?: (server: FastifyInstance) => void;
    /** Without it the server uses plain HTTP, for tests that inject requests. */
    certificate?: ServerCertificate;
}

/** The HTTPS server of ARM: authentication, request bodies, error responses. The router handles the paths. */
export function armServer(settings: ArmServerSettings): FastifyInstance {
    const { router, token, tokens, addPublicRoutes, certificate } = settings;
    const options = { bodyLimit: BODY_LIMIT_BYTES, requestTimeout: 60_000, forceCloseConnections: true };
    const server: FastifyInstance = certificate
        ? Fastify({ ...options, https: { cert: certificate.certificate, key: certificate.key } })
        : Fastify(options);

    server.removeContentTypeParser(["application/json", "text/plain"]);
    server.addContentTypeParser("*", { parseAs: "string" }, (_, text, done) => done(null, text));

    addPublicRoutes?.(server);
    const principals = new WeakMap<object, Principal>();
    server.all(
        "/*",
        {
            onRequest(request, _, done) {
                const principal = authenticate(request.headers.authorization, token, tokens);
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
    // Concatenated, because some clients send paths that begin with two slashes, which `new URL(path, base)` reads as a host.
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
    if (status === 413) {
        const message = "The request content size exceeds the maximum size of 4 MB.";
        return { status, body: { code: "RequestContentTooLarge", message } };
    }
    const code = status >= 500 ? "InternalServerError" : "BadRequest";
    return { status, body: { code, message: error instanceof Error ? error.message : String(error) } };
}
