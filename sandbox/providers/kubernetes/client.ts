import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";

/** How long a connection may take to come about, in milliseconds. */
const CONNECT_TIMEOUT = 30_000;

export interface Request {
    method: "GET" | "POST" | "PATCH" | "DELETE";
    /** From the root of the API server. */
    path: string;
    query?: Record<string, string>;
    body?: unknown;
    /** @default "application/json" */
    contentType?: string;
    signal?: AbortSignal;
}

export interface Answer {
    object: Properties;
    /** What the API server warns of, e.g. of an unknown field or an API that is going away. */
    warnings: string[];
}

/** Speaks to the API server that a kubeconfig's current context names, over connections that are kept. */
export class ApiClient {
    private constructor(
        private readonly server: URL,
        private readonly options: https.RequestOptions,
    ) {}

    static async connect(config: KubeConfig): Promise<ApiClient> {
        const cluster = config.getCurrentCluster();
        if (!cluster) throw new Error("the kubeconfig names no cluster in its current context");
        const options: https.RequestOptions = {};
        await config.applyToHTTPSOptions(options);
        const { ca, cert, key, rejectUnauthorized, servername } = options;
        // The agent that comes along keeps no connections; behind a proxy it is the one that knows the way.
        if (!cluster.proxyUrl && cluster.server.startsWith("https:")) {
            options.agent = new https.Agent({
                keepAlive: true,
                ca,
                cert,
                key,
                ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
                ...(servername !== undefined && { servername }),
            });
        }
        return new ApiClient(new URL(cluster.server), options);
    }

    async request(request: Request): Promise<Answer> {
        const response = await this.send(request);
        const body = await text(response);
        const code = response.statusCode ?? 0;
        if (code < 200 || code > 299) throw ApiError.from(code, body);
        return { object: JSON.parse(body) as Properties, warnings: warningsOf(response) };
    }

    async get(path: string, signal?: AbortSignal, query?: Record<string, string>): Promise<Properties> {
        const { object } = await this.request({ method: "GET", path, signal, query });
        return object;
    }

    /** The lines of an answer that goes on for as long as both sides want it to. */
    async *lines(request: Request): AsyncGenerator<string> {
        const response = await this.send(request);
        const code = response.statusCode ?? 0;
        if (code !== 200) throw ApiError.from(code, await text(response));
        let rest = "";
        for await (const chunk of response.setEncoding("utf8")) {
            const lines = (rest + String(chunk)).split("\n");
            rest = lines.pop() ?? "";
            yield* lines.filter(Boolean);
        }
    }

    private async send(request: Request): Promise<http.IncomingMessage> {
        try {
            return await this.attempt(request);
        } catch (error) {
            // The other side may close a kept connection in the very moment in which it is used again.
            if (error instanceof StaleConnection) return this.attempt(request);
            throw error;
        }
    }

    private attempt(request: Request): Promise<http.IncomingMessage> {
        const { method, path, query, body, contentType = "application/json", signal } = request;
        const url = new URL(this.server.pathname.replace(/\/$/, "") + path, this.server);
        for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
        const payload = body === undefined ? undefined : JSON.stringify(body);
        const headers = {
            ...(this.options.headers as http.OutgoingHttpHeaders | undefined),
            accept: "application/json",
            ...(payload !== undefined && {
                "content-type": contentType,
                "content-length": Buffer.byteLength(payload),
            }),
        };
        const { request: open } = url.protocol === "http:" ? http : https;
        return new Promise((resolve, reject) => {
            const sent = open(url, { ...this.options, method, headers, signal }, resolve);
            sent.on("socket", socket => {
                if (!socket.connecting) return;
                const timer = setTimeout(
                    () => sent.destroy(new Error(`no connection to ${url.host} within 30 s`)),
                    CONNECT_TIMEOUT,
                );
                socket.once("connect", () => clearTimeout(timer));
                socket.once("close", () => clearTimeout(timer));
            });
            sent.on("error", (error: NodeJS.ErrnoException) => {
                const stale = sent.reusedSocket && error.code === "ECONNRESET";
                reject(stale ? new StaleConnection() : signal?.aborted ? (signal.reason as Error) : error);
            });
            sent.end(payload);
        });
    }
}

class StaleConnection extends Error {}

async function text(response: http.IncomingMessage): Promise<string> {
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += String(chunk);
    return body;
}

/** The texts of `Warning: 299 - "text"` headers (RFC 7234, 5.5). */
export function warningsOf(response: Pick<http.IncomingMessage, "headersDistinct">): string[] {
    const headers = response.headersDistinct.warning ?? [];
    return headers.flatMap(header =>
        [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(match =>
            (match[1] ?? "").replace(/\\(.)/g, "$1"),
        ),
    );
}
