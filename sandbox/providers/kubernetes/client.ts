import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";

/** The time limit for establishing a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

export interface Request {
    method: "GET" | "POST" | "PATCH" | "DELETE";
    /** The path below the URL of the API server. */
    path: string;
    query?: Record<string, string>;
    body?: unknown;
    /** @default "application/json" */
    contentType?: string;
    signal?: AbortSignal;
}

export interface Answer {
    object: Properties;
    /** Warnings of the API server, e.g. about an unknown field or a deprecated API. */
    warnings: string[];
}

/** Sends requests to the API server in the current context of a kubeconfig. Connections are reused. */
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
        // The agent in `options` does not reuse connections. It is needed only for a connection through a proxy.
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

    /** The lines of a streamed response, e.g. of a watch. */
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
            // The server may close an idle connection at the moment when it is used again.
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
                    CONNECT_TIMEOUT_MS,
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

/** The texts in headers such as `Warning: 299 - "text"` (RFC 7234, 5.5). */
export function warningsOf(response: Pick<http.IncomingMessage, "headersDistinct">): string[] {
    const headers = response.headersDistinct.warning ?? [];
    return headers.flatMap(header =>
        [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(match =>
            (match[1] ?? "").replace(/\\(.)/g, "$1"),
        ),
    );
}
